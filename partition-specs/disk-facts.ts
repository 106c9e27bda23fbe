// What is known of a machine before its disks are planned: the FACTS.json of `gutinteg plan --disks FACTS.json`.
import { z } from 'zod';
import { formatBytes } from '../lib/bytes.ts';

const sectors = z.int().nonnegative();
const sectorBytes = z.int().refine((size) => size >= 512 && size <= 65536 && Number.isInteger(Math.log2(size)), {
  message: 'not a sector size: a power of two from 512 to 65536',
});
const words = z.array(z.string()).default([]);

/** A partition found on a disk. `startSector` and `sizeSectors` count the disk's own logical sectors. */
const existingPartitionSchema = z.object({
  number: z.int().positive(),
  /** The kernel's node; absent when the kernel does not show this partition. */
  path: z.string().exactOptional(),
  startSector: sectors,
  sizeSectors: sectors,
  /** GPT type GUID or DOS type in hexadecimal. */
  type: z.string(),
  uuid: z.string().exactOptional(),
  /** The name in the partition table. */
  label: z.string().exactOptional(),
  fsType: z.string().exactOptional(),
  fsUuid: z.string().exactOptional(),
  fsLabel: z.string().exactOptional(),
  mountpoints: words,
  /** Names of RAID, LVM or crypt devices that are built on it and running. */
  holders: words,
});

/** One block device that is not part of another. */
export const diskFactsSchema = z.object({
  path: z.string().regex(/^\/dev\/[A-Za-z0-9/_.-]+$/, 'not a device path'),
  kind: z.enum(['disk', 'loop', 'ram', 'cdrom', 'other']).default('disk'),
  serial: z.string().exactOptional(),
  wwn: z.string().exactOptional(),
  model: z.string().exactOptional(),
  /** The name under /dev/disk/by-path, without the directory. */
  byPath: z.string().exactOptional(),
  sizeBytes: z.int().nonnegative(),
  logicalSectorBytes: sectorBytes,
  physicalSectorBytes: sectorBytes,
  rotational: z.boolean(),
  removable: z.boolean(),
  readOnly: z.boolean(),
  transport: z.string().exactOptional(),
  table: z.object({ kind: z.string(), uuid: z.string().exactOptional() }).exactOptional(),
  partitions: z.array(existingPartitionSchema).default([]),
  /** What lies on the disk as a whole, where there is no partition table. */
  fsType: z.string().exactOptional(),
  fsUuid: z.string().exactOptional(),
  fsLabel: z.string().exactOptional(),
  mountpoints: words,
  holders: words,
});

/** Everything about a machine that its disk layout depends on. */
export const machineFactsSchema = z.object({
  firmware: z.enum(['bios', 'uefi']),
  memoryBytes: z.int().positive(),
  macs: z.array(z.string()),
  disks: z.array(diskFactsSchema),
});

export type ExistingPartition = z.infer<typeof existingPartitionSchema>;
export type DiskFacts = z.infer<typeof diskFactsSchema>;
export type MachineFacts = z.infer<typeof machineFactsSchema>;

/** `serial S3Z9NB0K (/dev/sda, Samsung SSD 860, 466 GiB)`: the words that name one disk in every message. */
export function describeDisk(disk: Pick<DiskFacts, 'path' | 'serial' | 'model' | 'sizeBytes'>): string {
  const rest = [disk.path, disk.model, formatBytes(disk.sizeBytes)].filter((part) => part !== undefined).join(', ');
  return `${disk.serial === undefined ? 'no serial' : `serial ${disk.serial}`} (${rest})`;
}
