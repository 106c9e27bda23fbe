// What is known about a machine before its disks are planned: the FACTS.json of `gutinteg plan --disks FACTS.json`.
import { z } from 'zod';
import { formatBytes } from '../lib/bytes.ts';
import { efiFactsSchema } from './efi-facts.ts';

const sectors = z.int().nonnegative();
const sectorBytes = z.int().refine((size) => size >= 512 && size <= 65536 && Number.isInteger(Math.log2(size)), {
  message: 'not a sector size: a power of two from 512 to 65536',
});
const words = z.array(z.string()).default([]);

/** What a device is a member of, together with others that may lie on other disks; it need not be running. */
const groupSchema = z.object({
  kind: z.enum(['raid', 'lvm', 'btrfs', 'zfs']),
  /** UUID of the array, the volume group, the file system, or the pool. */
  id: z.string(),
  /** As people know it: the volume group's or the array's name. */
  name: z.string().exactOptional(),
});

/** What a place holds, as blkid reads it. */
const contentFields = {
  fsType: z.string().exactOptional(),
  fsUuid: z.string().exactOptional(),
  fsLabel: z.string().exactOptional(),
  /** A partition table inside it. */
  tableType: z.string().exactOptional(),
};

/** Something that a tool names and nobody can list: `type` as wipefs and blkid have it. */
const foreignSignatureSchema = z.object({
  type: z.string(),
  offsetBytes: z.int().nonnegative().exactOptional(),
  uuid: z.string().exactOptional(),
  label: z.string().exactOptional(),
});

/** Space that no partition has. */
const freeSpaceSchema = z.object({
  startSector: sectors,
  sizeSectors: sectors,
  ...contentFields,
  /** Whether its first and its last MiB are zero, and every sample between them. */
  blank: z.boolean(),
});

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
  /** Attributes of a GPT entry, in sfdisk's words: `RequiredPartition GUID:60,63`. */
  attrs: z.string().exactOptional(),
  /** The active mark of a DOS table. */
  bootable: z.boolean().exactOptional(),
  ...contentFields,
  /** The same; absent where something known lies, or nobody looked. */
  blank: z.boolean().exactOptional(),
  mountpoints: words,
  /** Names of RAID, LVM or crypt devices that are built on it and running. */
  holders: words,
  group: groupSchema.exactOptional(),
});

/** The largest number of heads, or of sectors for each track, that a disk label has room for: 16 bits. */
export const LABEL_FIELD_MAX = 65_535;
const labelField = z.int().min(1).max(LABEL_FIELD_MAX);

/** Heads and sectors for each track, where cylinders of this disk are not those of a PC. */
export const geometrySchema = z.object({ heads: labelField, sectorsPerTrack: labelField });

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
  geometry: geometrySchema.exactOptional(),
  rotational: z.boolean(),
  removable: z.boolean(),
  readOnly: z.boolean(),
  transport: z.string().exactOptional(),
  table: z.object({ kind: z.string(), uuid: z.string().exactOptional() }).exactOptional(),
  partitions: z.array(existingPartitionSchema).default([]),
  /** What lies on the disk as a whole, with a partition table or without. */
  fsType: z.string().exactOptional(),
  fsUuid: z.string().exactOptional(),
  fsLabel: z.string().exactOptional(),
  /** What else is named there: a table that cannot be listed, a member of an array behind the table. */
  signatures: z.array(foreignSignatureSchema).exactOptional(),
  /** Which MiB is not zero where neither a table nor anything else that is known accounts for it. */
  unknownContent: z.array(z.enum(['first', 'last'])).exactOptional(),
  /** Space of a MiB and more that no partition has. */
  freeSpace: z.array(freeSpaceSchema).exactOptional(),
  mountpoints: words,
  holders: words,
  group: groupSchema.exactOptional(),
});

/** A running device that is built on others. */
const stackSchema = z.object({
  /** As lsblk has it: `/dev/md127`, `/dev/mapper/vg-root`. */
  path: z.string(),
  /** The kernel's name of a RAID, the device mapper's of all that it maps. */
  name: z.string(),
  /** `partition` is one of such a device, and goes with it. */
  kind: z.enum(['raid', 'lvm', 'crypt', 'multipath', 'dm', 'bcache', 'partition', 'other']),
  /** Paths of the devices directly below: partitions, disks, or other stacks. */
  parents: z.array(z.string()),
  mountpoints: words,
  group: groupSchema.exactOptional(),
});

/** Everything about a machine that its disk layout depends on. */
export const machineFactsSchema = z.object({
  /** Debian's name of what its processor runs; facts of earlier versions do not say it. */
  architecture: z.string().exactOptional(),
  firmware: z.enum(['bios', 'uefi']),
  /** Of a machine with UEFI; no layout depends on it. */
  efi: efiFactsSchema.exactOptional(),
  memoryBytes: z.int().positive(),
  macs: z.array(z.string()),
  disks: z.array(diskFactsSchema),
  stacks: z.array(stackSchema).default([]),
});

export type ExistingPartition = z.infer<typeof existingPartitionSchema>;
export type Group = z.infer<typeof groupSchema>;
export type ForeignSignature = z.infer<typeof foreignSignatureSchema>;
export type FreeSpace = z.infer<typeof freeSpaceSchema>;
export type Stack = z.infer<typeof stackSchema>;
export type DiskFacts = z.infer<typeof diskFactsSchema>;
export type MachineFacts = z.infer<typeof machineFactsSchema>;

/** `serial S3Z9NB0K (/dev/sda, Samsung SSD 860, 466 GiB)`: the words that name one disk in every message. */
export function describeDisk(disk: Pick<DiskFacts, 'path' | 'serial' | 'model' | 'sizeBytes'>): string {
  const rest = [disk.path, disk.model, formatBytes(disk.sizeBytes)].filter((part) => part !== undefined).join(', ');
  return `${disk.serial === undefined ? 'no serial' : `serial ${disk.serial}`} (${rest})`;
}
