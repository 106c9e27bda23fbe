import assert from 'node:assert/strict';
import { test } from 'node:test';
import { packRange } from '../contract/saved-range.ts';
import type { SavedDisk } from '../contract/disk-record.ts';
import { disk } from '../partition-specs/testing/disk.ts';
import { renderRecords, renderRestore, summarizeRecord } from './saved-tables-text.ts';

const savedAtMs = Date.UTC(2026, 10, 20, 12, 0, 0);
const machineId = '5e9ad2f0-6f0e-4b6e-9c55-0d3f3a6c0f11';
const { sizeBytes } = disk();
const saved: SavedDisk = {
  path: '/dev/vda',
  serial: 'S3Z9\u001b[2J',
  sizeBytes,
  logicalSectorBytes: 512,
  dump: 'label: gpt\ndevice: /dev/vda\n\n/dev/vda1 : start= 2048, size= 2097152, type=83\n',
  ranges: [packRange({ what: 'table', offsetBytes: 0 }, new Uint8Array(512))],
};
const other: SavedDisk = { path: '/dev/vdb', sizeBytes, logicalSectorBytes: 512, dump: null, ranges: [] };
const data = {
  name: 'disk0/h',
  disk: { serial: 'S3Z9', sizeBytes, logicalSectorBytes: 512 },
  startBytes: 1024 ** 3,
  sizeBytes: 1024 ** 3,
  filesystem: 'ext4',
  fsUuid: '0b6f',
};
const record = { format: 1 as const, savedAtMs, machineId, disks: [saved, other], data: [data] };

test('records', () => {
  assert.equal(
    renderRecords('q-bert', [
      { number: 6, attempt: 2, record: { ...record, disks: [], data: [] } },
      { number: 7, attempt: 1, record },
    ]),
    `record 6, saved 2026-11-20 12:00:00 UTC by attempt 2

record 7, saved 2026-11-20 12:00:00 UTC by attempt 1
  disk serial S3Z9 [2J (/dev/vda, 64.0 GiB): gpt, 1 partition
  disk no serial (/dev/vdb, 64.0 GiB): no partition table
  data disk0/h: ext4 UUID=0b6f, 1.00 GiB from byte 1073741824 of the disk with serial S3Z9
`,
  );
  assert.match(renderRecords('q-bert', []), /no partition tables of q-bert have been saved/);
  const [first] = summarizeRecord({ number: 7, attempt: 1, record }).disks;
  assert.ok(first !== undefined && !('ranges' in first) && first.savedBytes === 512);
});

test('a restore', () => {
  const write = (what: 'table' | 'signature', offsetBytes: number, why: string) => ({
    what,
    offsetBytes,
    bytes: new Uint8Array(512),
    why,
  });
  const writes = [0, 1, 2, 3, 4].map((index) => write('table', index * 1024, 'the saved table'));
  const plan = { writes: [...writes, write('signature', 1080, 'ext4 of partition 1')], notes: ['xfs is left'] };
  const restore = { disk: disk({ serial: 'S3Z9' }), saved, plan, before: saved };
  assert.equal(
    renderRestore(restore, savedAtMs),
    `disk serial S3Z9 (/dev/vda, 64.0 GiB)
  gets back what was saved at 2026-11-20 12:00:00 UTC: gpt, 1 partition
    partition 1: 1.00 GiB at 1.00 MiB, type 83
  writes 2.50 KiB of the saved table, at 0, 1024, 2048 and 2 more
  writes 512 bytes of ext4 of partition 1, at 1080
  note: xfs is left
`,
  );
  assert.match(renderRestore({ ...restore, plan: { writes: [], notes: [] } }, savedAtMs), /nothing differs/);
});
