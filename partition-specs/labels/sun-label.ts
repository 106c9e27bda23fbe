// The Sun disk label with its VTOC, as SunOS and Solaris on SPARC keep it in the first sector.
// In: geometry and slices. Out: 512 bytes for the start of the disk. Never: rounds; this label cannot express a start
// between cylinders, and a caller that asks for one has a defect.
import { assertApart, assertFits, putText, xorWords } from './byte-range.ts';
import type { ByteRange } from './byte-range.ts';

/** Of the disk as the label describes it, which need not be the disk's own. A cylinder is heads × sectors. */
export type SunGeometry = {
  /** Tracks of a cylinder. */
  readonly heads: number;
  /** Sectors of a track, 512 bytes each. */
  readonly sectors: number;
  /** For data, without the alternates. */
  readonly cylinders: number;
  /** At the end of the disk, for the system's own use; `format` keeps 2. */
  readonly alternates: number;
};

/** A slice; number 2 is the whole disk and makes itself. */
export type SunSlice = {
  readonly number: number;
  readonly startSector: number;
  readonly sizeSectors: number;
  /** One of `sunTags`. */
  readonly tag: number;
  /** Sum of `sunFlags`. */
  readonly flags: number;
};

/** What a slice is for. @see prtvtoc(1M), fmthard(1M) */
export const sunTags = {
  unassigned: 0,
  boot: 1,
  root: 2,
  swap: 3,
  usr: 4,
  backup: 5,
  stand: 6,
  var: 7,
  home: 8,
} as const;

/** @see fmthard(1M) */
export const sunFlags = { unmountable: 0x01, readOnly: 0x10 } as const;

/** The slice of the whole disk. */
export const SUN_BACKUP_SLICE = 2;

const LABEL_BYTES = 512;
const SLICES = 8;
const MAGIC = 0xdabe;
const VTOC_SANITY = 0x600d_deee;
/** Block numbers are signed in 32 bits: 1 TiB. */
const MAX_SECTORS = 2 ** 31 - 1;

/**
 * The label of a disk with sectors of 512 bytes; only those can carry one.
 * @throws Error when a slice does not begin and end at cylinders, overlaps another, or the label cannot hold a number
 * @see dklabel.h and vtoc.h of SunOS and Solaris; dkio(7I)
 */
export function renderSunLabel(label: {
  readonly geometry: SunGeometry;
  readonly slices: readonly SunSlice[];
  /** First word of the text that `format` shows for the disk. */
  readonly name: string;
  /** VTOC volume name, up to 8 characters. */
  readonly volume?: string;
}): ByteRange[] {
  const { geometry, slices } = label;
  const diskSectors = sectorsOfGeometry(geometry);
  const cylinderSectors = geometry.heads * geometry.sectors;
  for (const slice of slices) assertSlice(slice, cylinderSectors);
  if (new Set(slices.map(({ number }) => number)).size < slices.length) throw new Error('a slice is there twice');
  assertApart('Sun slices', slices, { startSector: 0, sizeSectors: diskSectors });
  const backup = { number: SUN_BACKUP_SLICE, startSector: 0, sizeSectors: diskSectors };
  const bytes = new Uint8Array(LABEL_BYTES);
  putGeometry(bytes, label);
  const wholeDisk = { ...backup, tag: sunTags.backup, flags: sunFlags.unmountable };
  for (const slice of [...slices, wholeDisk]) putSlice(bytes, slice, cylinderSectors);
  const view = new DataView(bytes.buffer);
  view.setUint16(508, MAGIC);
  view.setUint16(510, xorWords(bytes, false));
  return [{ offsetBytes: 0, bytes }];
}

/** Sectors that slices can use. @throws Error when the label cannot hold the geometry */
export function sectorsOfGeometry({ heads, sectors, cylinders, alternates }: SunGeometry): number {
  assertFits('heads', heads, 0xffff);
  assertFits('sectors of a track', sectors, 0xffff);
  assertFits('cylinders', cylinders + alternates, 0xffff);
  assertFits('sectors of the disk', (cylinders + alternates) * heads * sectors, MAX_SECTORS);
  return cylinders * heads * sectors;
}

function assertSlice({ number, startSector, sizeSectors, tag, flags }: SunSlice, cylinderSectors: number): void {
  assertFits('slice', number, SLICES - 1);
  if (number === SUN_BACKUP_SLICE) throw new Error('slice 2 is the whole disk and makes itself');
  assertFits('tag', tag, 0xffff);
  assertFits('flags', flags, 0xffff);
  if (startSector % cylinderSectors !== 0 || sizeSectors % cylinderSectors !== 0) {
    throw new Error(`slice ${number}: ${startSector}+${sizeSectors} are no whole cylinders of ${cylinderSectors}`);
  }
}

function putGeometry(bytes: Uint8Array, label: { geometry: SunGeometry; name: string; volume?: string }): void {
  const { heads, sectors, cylinders, alternates } = label.geometry;
  putText(bytes, 0, `${label.name} cyl ${cylinders} alt ${alternates} hd ${heads} sec ${sectors}`, 127);
  const view = new DataView(bytes.buffer);
  view.setUint32(128, 1);
  putText(bytes, 132, label.volume ?? '', 8);
  view.setUint16(140, SLICES);
  view.setUint32(188, VTOC_SANITY);
  view.setUint16(420, 7200); // revolutions per minute; nobody uses them
  view.setUint16(422, cylinders + alternates);
  view.setUint16(430, 1); // interleave
  view.setUint16(432, cylinders);
  view.setUint16(434, alternates);
  view.setUint16(436, heads);
  view.setUint16(438, sectors);
}

function putSlice(bytes: Uint8Array, slice: SunSlice, cylinderSectors: number): void {
  const view = new DataView(bytes.buffer);
  view.setUint16(142 + slice.number * 4, slice.tag);
  view.setUint16(144 + slice.number * 4, slice.flags);
  view.setUint32(444 + slice.number * 8, slice.startSector / cylinderSectors);
  view.setUint32(448 + slice.number * 8, slice.sizeSectors);
}
