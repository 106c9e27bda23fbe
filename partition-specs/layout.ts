// The decided layout of a machine's disks: plain JSON, kept on the installed machine.
// Everything that is written to a disk later is decided here.
import { z } from 'zod';

const sectors = z.int().nonnegative();

/** What a partition, an array or a volume will hold. `uuid` is the file system's or the swap's own. */
const contentSchema = z.object({
  filesystem: z.string(),
  uuid: z.string(),
  label: z.string().exactOptional(),
  mountPoint: z.string().exactOptional(),
  /** Mount options; never empty. */
  options: z.array(z.string()).min(1),
  /** Kept over installations. */
  data: z.boolean().exactOptional(),
});

/** What it is a part of instead: an array, or a volume group, with the UUID in its own superblock. */
const partSchema = z.object({
  kind: z.enum(['raid1', 'lvm']),
  of: z.string(),
  uuid: z.string(),
});

const holdsSchema = z.object({
  /** What asked for it: the spec's own words, or the reason why it was added. */
  why: z.string(),
  /** The device that the operating system knows it by, while it is installed. */
  device: z.string(),
  content: contentSchema.exactOptional(),
  partOf: partSchema.exactOptional(),
});

/** A partition to be. Sectors are the disk's own logical ones; UUIDs and GUIDs in lower case. */
const layoutPartitionSchema = holdsSchema.extend({
  number: z.int().min(0).max(128),
  /** The letter of the spec; absent where the partition was added. */
  letter: z.string().exactOptional(),
  /** The name in the partition table, where the table has names. */
  name: z.string().max(36),
  startSector: sectors,
  sizeSectors: sectors,
  /** Type GUID, DOS type or slice tag in hexadecimal, BSD file system type. */
  type: z.string(),
  /** Where the table has them. */
  uuid: z.string().exactOptional(),
  /** What the entry of a kept partition has set in a GPT: `RequiredPartition GUID:60,63`. */
  attrs: z.string().exactOptional(),
  /** The active one of a DOS table. */
  bootable: z.boolean().exactOptional(),
  verdict: z.enum(['CREATE', 'FORMAT', 'KEEP']),
  /** Why a partition that was found is this one; only with KEEP. */
  evidence: z.string().exactOptional(),
  /**
   * `firmware`: added for the firmware · `extended`: holds the logical partitions of a DOS table · `whole`: the slice
   * that by tradition stands for the whole disk.
   */
  role: z.enum(['firmware', 'extended', 'whole']).exactOptional(),
});

/** A partition found on a planned disk, and what becomes of it. */
const foundPartitionSchema = z.object({
  /** 0 where the table does not show it any more. */
  number: z.int().nonnegative(),
  path: z.string().exactOptional(),
  startSector: sectors,
  sizeSectors: sectors,
  verdict: z.enum(['KEEP', 'FORMAT', 'DELETE']),
  evidence: z.string(),
  /** Whether something would be lost with it; an extended partition or a boot loader's holds nothing. */
  holdsData: z.boolean(),
  /** Whether a file system or a part of an array or group is known to be on it. */
  holdsFilesystem: z.boolean(),
});

const hardwareSchema = z.object({
  path: z.string(),
  serial: z.string().exactOptional(),
  wwn: z.string().exactOptional(),
  model: z.string().exactOptional(),
  sizeBytes: z.int().positive(),
});

const range = { firstSector: sectors, lastSector: sectors };

/** What the table itself says, beside its partitions. */
const tableSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('gpt'), uuid: z.string(), ...range }),
  /** `id` as sfdisk writes it: 0x and eight hexadecimal digits. */
  z.object({ kind: z.literal('dos'), id: z.string(), ...range }),
  /** Sectors of 512 bytes; behind the cylinders for data lie two more, the alternates. */
  z.object({
    kind: z.literal('sun'),
    heads: z.int().positive(),
    sectorsPerTrack: z.int().positive(),
    cylinders: z.int().positive(),
    ...range,
  }),
  /** A BSD disklabel inside partition 1 of a DOS table. */
  z.object({
    kind: z.literal('bsd'),
    id: z.string(),
    slice: z.object({ startSector: sectors, sizeSectors: sectors, type: z.string() }),
    ...range,
  }),
]);

const layoutDiskSchema = z.object({
  /** Logical name. */
  name: z.string(),
  hardware: hardwareSchema.extend({ logicalSectorBytes: z.int().min(512) }),
  /** Why this hardware carries that name. */
  boundBy: z.string(),
  table: tableSchema,
  /** In the order in which they lie on the disk. */
  partitions: z.array(layoutPartitionSchema),
  found: z.array(foundPartitionSchema),
  /** The table that is there now stays in force while it is changed, as it shows partitions that are kept. */
  keepsTable: z.boolean(),
  /** What lies on the disk beside the partitions that its table lists, known or not; it is deleted. */
  foundOnWholeDisk: z.string().exactOptional(),
  /** Who armed the machine knows that what no tool can read there is worth nothing. */
  knownEmpty: z.literal(true).exactOptional(),
  /** Mounts and running RAID, LVM or crypt devices that stand in the way of writing. */
  inUse: z.array(z.string()),
});

/** A partition of the layout: logical disk name and number. */
const partitionRefSchema = z.object({ disk: z.string(), number: z.int().nonnegative() });

/** An md array. `sizeBytes` is used of each member. */
const layoutArraySchema = holdsSchema.extend({
  name: z.string(),
  level: z.literal('raid1'),
  uuid: z.string(),
  members: z.array(partitionRefSchema).min(2),
  sizeBytes: z.int().positive(),
});

const layoutVolumeSchema = holdsSchema.extend({
  name: z.string(),
  extents: z.int().positive(),
  sizeBytes: z.int().positive(),
});

/** An LVM volume group; `parts` are the devices of its physical volumes. */
const layoutGroupSchema = z.object({
  name: z.string(),
  extentBytes: z.int().positive(),
  parts: z.array(z.string()).min(1),
  volumes: z.array(layoutVolumeSchema),
  why: z.string(),
});

export const layoutSchema = z.object({
  version: z.literal(2),
  machineId: z.uuid(),
  family: z.string(),
  firmware: z.string(),
  /** The PARTITION text that this was made from. */
  spec: z.string(),
  disks: z.array(layoutDiskSchema).min(1),
  arrays: z.array(layoutArraySchema),
  groups: z.array(layoutGroupSchema),
  /** Logical names of the disks that the firmware can boot from: every one of a mirror. */
  bootDisks: z.array(z.string()).min(1),
  untouched: z.array(hardwareSchema.extend({ sizeBytes: z.int().nonnegative(), why: z.string() })),
  notes: z.array(z.string()),
});

export type Layout = z.infer<typeof layoutSchema>;
export type LayoutDisk = z.infer<typeof layoutDiskSchema>;
export type LayoutTable = z.infer<typeof tableSchema>;
export type LayoutPartition = z.infer<typeof layoutPartitionSchema>;
export type LayoutArray = z.infer<typeof layoutArraySchema>;
export type LayoutGroup = z.infer<typeof layoutGroupSchema>;

export type FoundPartition = z.infer<typeof foundPartitionSchema>;
export type LayoutContent = z.infer<typeof contentSchema>;
export type Holds = z.infer<typeof holdsSchema>;
/** Something of the layout that holds a file system or swap. */
export type Filled = Holds & { readonly name: string; readonly content: LayoutContent; readonly kept: boolean };

/** Everything that holds a file system or swap: partitions, then arrays, then volumes, each in the spec's order. */
export function filledPlaces(layout: Pick<Layout, 'disks' | 'arrays' | 'groups'>): Filled[] {
  const places = [
    ...layout.disks.flatMap((disk) => disk.partitions.map((held) => ({ held, kept: held.verdict === 'KEEP' }))),
    ...layout.arrays.map((held) => ({ held, kept: false })),
    ...layout.groups.flatMap((group) => group.volumes.map((held) => ({ held, kept: false }))),
  ];
  return places.flatMap(({ held, kept }) =>
    held.content === undefined ? [] : [{ ...held, content: held.content, kept }],
  );
}

/** Devices of the partitions that stay, by the names that they have now: a logical one may get another number. */
export function keptDevices({ disks }: Pick<Layout, 'disks'>): string[] {
  return disks.flatMap(({ found }) =>
    found.flatMap(({ verdict, path }) => (verdict === 'KEEP' && path !== undefined ? [path] : [])),
  );
}
