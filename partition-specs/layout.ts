// The settled layout of a machine's disks: plain JSON, kept on the installed machine.
// Everything that is written to a disk later is decided here.
import { z } from 'zod';

const sectors = z.int().nonnegative();

/** What a partition will hold. `uuid` is the file system's or the swap's own. */
const contentSchema = z.object({
  filesystem: z.string(),
  uuid: z.uuid(),
  label: z.string().exactOptional(),
  mountPoint: z.string().exactOptional(),
  /** Mount options; never empty. */
  options: z.array(z.string()).min(1),
});

/** A partition to be. Sectors are the disk's own logical ones; UUIDs and GUIDs in lower case. */
const layoutPartitionSchema = z.object({
  number: z.int().min(1).max(128),
  /** The letter of the spec; absent where the partition was added. */
  letter: z.string().exactOptional(),
  /** The name in the partition table. */
  name: z.string().max(36),
  startSector: sectors,
  sizeSectors: sectors,
  /** Type GUID; not every one has the form of a UUID. */
  type: z.guid(),
  uuid: z.uuid(),
  verdict: z.enum(['CREATE', 'FORMAT', 'KEEP']),
  /** What asked for it: the spec's own words, or the reason why it was added. */
  why: z.string(),
  content: contentSchema.exactOptional(),
});

/** A partition found on a planned disk, and what becomes of it. */
const foundPartitionSchema = z.object({
  number: z.int().positive(),
  path: z.string().exactOptional(),
  startSector: sectors,
  sizeSectors: sectors,
  verdict: z.enum(['KEEP', 'FORMAT', 'DELETE']),
  evidence: z.string(),
});

const hardwareSchema = z.object({
  path: z.string(),
  serial: z.string().exactOptional(),
  wwn: z.string().exactOptional(),
  model: z.string().exactOptional(),
  sizeBytes: z.int().positive(),
});

const layoutDiskSchema = z.object({
  /** Logical name. */
  name: z.string(),
  hardware: hardwareSchema.extend({ logicalSectorBytes: z.int().min(512) }),
  /** Why this hardware carries that name. */
  boundBy: z.string(),
  table: z.object({
    kind: z.literal('gpt'),
    uuid: z.uuid(),
    firstSector: sectors,
    lastSector: sectors,
  }),
  /** In the order in which they lie on the disk. */
  partitions: z.array(layoutPartitionSchema),
  found: z.array(foundPartitionSchema),
  /** A file system or the like on the disk as a whole, without a table; it is deleted. */
  foundOnWholeDisk: z.string().exactOptional(),
  /** Mounts and running RAID, LVM or crypt devices that stand in the way of writing. */
  inUse: z.array(z.string()),
});

export const layoutSchema = z.object({
  version: z.literal(1),
  machineId: z.uuid(),
  family: z.string(),
  firmware: z.string(),
  /** The PARTITION text that this was made from. */
  spec: z.string(),
  disks: z.array(layoutDiskSchema).min(1),
  /** Logical name of the disk that the firmware boots from. */
  bootDisk: z.string(),
  untouched: z.array(hardwareSchema.extend({ sizeBytes: z.int().nonnegative(), why: z.string() })),
  notes: z.array(z.string()),
});

export type Layout = z.infer<typeof layoutSchema>;
export type LayoutDisk = z.infer<typeof layoutDiskSchema>;
export type LayoutPartition = z.infer<typeof layoutPartitionSchema>;
export type FoundPartition = z.infer<typeof foundPartitionSchema>;
