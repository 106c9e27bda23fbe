// The disklabel of the BSDs, inside their slice of a disk with a DOS label, or on a disk without one.
// In: the slice and its partitions, in sectors of the disk. Out: 512 bytes for the slice's second sector. Never: writes
// the boot code around it. Only for disks with sectors of 512 bytes: on others the label is elsewhere, and nothing here
// can read it back.
import { slotOfLetter } from '../os-families/letters.ts';
import { assertApart, assertFits, putText, xorWords } from './byte-range.ts';
import type { ByteRange } from './byte-range.ts';

type Extent = { readonly startSector: number; readonly sizeSectors: number };

/** A partition; `startSector` counts from the start of the disk, whatever the label says. */
export type BsdPartition = Extent & {
  readonly letter: string;
  /** One of `bsdFsTypes`. */
  readonly fsType: number;
};

/** `fs_type` of a partition. @see disklabel.h of each system */
export const bsdFsTypes = { unused: 0, swap: 1, ffs: 7, msdos: 8, ext2: 17 } as const;

export type BsdDisk = {
  /** The whole disk. */
  readonly diskSectors: number;
  readonly heads: number;
  /** Of a track. */
  readonly sectors: number;
  /** The system's part of the disk, which the DOS label gives; all of it where there is none. */
  readonly slice: Extent;
};

/** What the systems disagree on. */
export type BsdFlavour = {
  /** Slots of the label; letters are counted from a. */
  readonly slots: number;
  /** Letters that are whole by definition, and what each of them covers. */
  readonly reserved: Readonly<Record<string, 'slice' | 'disk'>>;
  /** Starts in the label count from the slice or from the disk. */
  readonly startsFrom: 'slice' | 'disk';
  /** What the label calls the unit: geometry and size of it are the label's. */
  readonly unit: 'slice' | 'disk';
  /** Fields in which this system's label is unlike 4.4BSD's. */
  readonly putOwnFields: (view: DataView, disk: BsdDisk) => void;
  /** The last 8 bytes of an FFS partition's entry: fragments and blocks, which newfs sets right later. */
  readonly ffsFields: readonly number[];
  /** Length of the UID by which fstab can name the disk. */
  readonly uidBytes: number;
};

/** @see FreeBSD's geom_part, which writes and reads the label; `c` begins at 0, so all starts count from the slice */
export const freebsdLabel: BsdFlavour = {
  slots: 8,
  reserved: { c: 'slice' },
  startsFrom: 'slice',
  unit: 'slice',
  putOwnFields: () => {},
  ffsFields: [0, 0, 0, 0, bsdFsTypes.ffs, 0, 0, 0],
  uidBytes: 0,
};

/** @see NetBSD's disklabel(5) and disklabel(8); i386 and amd64, where `d` is the whole disk */
export const netbsdLabel: BsdFlavour = {
  slots: 16,
  reserved: { c: 'slice', d: 'disk' },
  startsFrom: 'disk',
  unit: 'disk',
  putOwnFields: (view) => view.setUint16(74, 1, true), // interleave
  // Fragments of 2048 bytes, 8 to a block.
  ffsFields: [0x00, 0x08, 0x00, 0x00, bsdFsTypes.ffs, 8, 0, 0],
  uidBytes: 0,
};

/** @see OpenBSD's disklabel(5) and sys/disklabel.h, version 1 of the label */
export const openbsdLabel: BsdFlavour = {
  slots: 16,
  reserved: { c: 'disk' },
  startsFrom: 'disk',
  unit: 'disk',
  putOwnFields: (view, { slice }) => {
    view.setUint32(72, 0, true); // not rpm here
    view.setUint32(80, slice.startSector, true);
    view.setUint32(84, slice.startSector + slice.sizeSectors, true);
    view.setUint16(114, 1, true);
  },
  // High halves of start and size; then the same fragments and blocks in one byte.
  ffsFields: [0, 0, 0, 0, bsdFsTypes.ffs, 0x14, 1, 0],
  uidBytes: 8,
};

const SECTOR_BYTES = 512;
const MAGIC = 0x8256_4557;
const CHECKSUM_AT = 136;
const ENTRIES_AT = 148;
/** Label and boot blocks; an FFS leaves them free, others overwrite them. */
export const BSD_BOOT_SECTORS = 16;

export type BsdLabel = {
  readonly flavour: BsdFlavour;
  readonly disk: BsdDisk;
  readonly partitions: readonly BsdPartition[];
  /** Pack name, up to 15 characters. */
  readonly name: string;
  /** Absent, or as long as the flavour wants it. */
  readonly uid?: Uint8Array;
};

/**
 * The label, in the second sector of the slice.
 * @throws Error when partitions overlap, leave the slice, take a reserved letter, or cover the label without being FFS
 */
export function renderBsdLabel(label: BsdLabel): ByteRange[] {
  assertLabel(label);
  const { flavour, disk, partitions } = label;
  const bytes = new Uint8Array(SECTOR_BYTES);
  putHeader(bytes, label);
  const base = flavour.startsFrom === 'slice' ? disk.slice.startSector : 0;
  for (const [letter, what] of Object.entries(flavour.reserved)) {
    const covered = what === 'slice' ? disk.slice : { startSector: 0, sizeSectors: disk.diskSectors };
    putEntry(bytes, { letter, ...covered, fields: [], base });
  }
  for (const { fsType, ...partition } of partitions) {
    const fields = fsType === bsdFsTypes.ffs ? flavour.ffsFields : [0, 0, 0, 0, fsType];
    putEntry(bytes, { ...partition, fields, base });
  }
  const used = bytes.subarray(0, ENTRIES_AT + flavour.slots * 16);
  new DataView(bytes.buffer).setUint16(CHECKSUM_AT, xorWords(used, true), true);
  return [{ offsetBytes: (disk.slice.startSector + 1) * SECTOR_BYTES, bytes }];
}

function putHeader(bytes: Uint8Array, { flavour, disk, name, uid }: BsdLabel): void {
  const unitSectors = flavour.unit === 'slice' ? disk.slice.sizeSectors : disk.diskSectors;
  const cylinderSectors = disk.heads * disk.sectors;
  const view = new DataView(bytes.buffer);
  view.setUint32(0, MAGIC, true);
  putText(bytes, 24, name, 15);
  const geometry = [SECTOR_BYTES, disk.sectors, disk.heads, Math.floor(unitSectors / cylinderSectors), cylinderSectors];
  for (const [index, value] of [...geometry, unitSectors].entries()) view.setUint32(40 + index * 4, value, true);
  if (uid !== undefined) bytes.set(uid, 64);
  view.setUint16(72, 3600, true); // revolutions per minute
  view.setUint32(132, MAGIC, true);
  view.setUint16(138, flavour.slots, true);
  view.setUint32(140, BSD_BOOT_SECTORS * SECTOR_BYTES, true);
  view.setUint32(144, 8192, true); // largest superblock
  flavour.putOwnFields(view, disk);
}

function putEntry(
  bytes: Uint8Array,
  entry: Extent & { letter: string; fields: readonly number[]; base: number },
): void {
  const at = ENTRIES_AT + (slotOfLetter(entry.letter) - 1) * 16;
  const view = new DataView(bytes.buffer);
  view.setUint32(at, entry.sizeSectors, true);
  view.setUint32(at + 4, entry.startSector - entry.base, true);
  bytes.set(entry.fields, at + 8);
}

function assertLabel({ flavour, disk, partitions, uid }: BsdLabel): void {
  assertFits('sectors of the disk', disk.diskSectors, 0xffff_ffff);
  assertFits('heads', disk.heads - 1, 254);
  assertFits('sectors of a track', disk.sectors - 1, 254);
  assertApart('slice', [disk.slice], { startSector: 0, sizeSectors: disk.diskSectors });
  assertApart('BSD partitions', partitions, disk.slice);
  if (uid !== undefined && uid.length !== flavour.uidBytes) throw new Error(`a UID of ${uid.length} bytes`);
  if (new Set(partitions.map(({ letter }) => letter)).size < partitions.length)
    throw new Error('a letter is there twice');
  for (const partition of partitions) assertPartition(partition, flavour, disk.slice);
}

function assertPartition({ letter, fsType, startSector }: BsdPartition, flavour: BsdFlavour, slice: Extent): void {
  if (!/^[a-z]$/.test(letter)) throw new Error(`'${letter}' is not a letter`);
  assertFits(`slot of ${letter}`, slotOfLetter(letter) - 1, flavour.slots - 1);
  if (flavour.reserved[letter] !== undefined) throw new Error(`${letter} is reserved and makes itself`);
  assertFits(`file system type of ${letter}`, fsType - 1, 254);
  const overLabel = startSector < slice.startSector + BSD_BOOT_SECTORS;
  if (overLabel && fsType !== bsdFsTypes.ffs) throw new Error(`${letter} would overwrite the label`);
}
