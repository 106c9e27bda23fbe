// A small record of disks for tests.
import type { DiskRecord } from '../contract/disk-record.ts';
import { packRange } from '../contract/saved-range.ts';

/** One disk with a table, and the data partition disk0/h on it, whose file system has the UUID `fsUuid`. */
export function fakeDiskRecord(fsUuid = '0b6f1d52-6a0e-4c3b-9a57-3f0d8c2e1a41'): DiskRecord {
  const disk = { serial: 'S3Z9NB0K', sizeBytes: 64 * 1024 ** 3, logicalSectorBytes: 512 };
  return {
    disks: [
      {
        path: '/dev/vda',
        model: 'Virtual Disk',
        ...disk,
        dump: 'label: gpt\n',
        ranges: [packRange({ what: 'table', offsetBytes: 0 }, new Uint8Array(1024 ** 2))],
      },
    ],
    data: [{ name: 'disk0/h', disk, startBytes: 1024 ** 3, sizeBytes: 1024 ** 3, filesystem: 'ext4', fsUuid }],
  };
}
