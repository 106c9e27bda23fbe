// The DOS label: a master boot record, an extended partition and its chain of boot records.
// In: entries with every sector decided. Out: bytes for sector 0 and for each record of the chain. Never: chooses a
// place, or touches the boot code in the first 440 bytes.
import { dosTypes, extendedTypes } from '../tables/dos.ts';
import { assertApart, assertFits } from './byte-range.ts';
import type { ByteRange } from './byte-range.ts';

/** A primary partition; sectors are the disk's logical ones. */
export type DosPrimary = {
  /** 1 to 4. */
  readonly number: number;
  readonly type: number;
  readonly startSector: number;
  readonly sizeSectors: number;
  /** The one that the boot code starts. */
  readonly active?: boolean;
};

/** A logical partition. `recordSector` is the sector of its boot record, outside of every logical partition. */
export type DosLogical = Omit<DosPrimary, 'number' | 'active'> & { readonly recordSector: number };

export type DosLabel = {
  readonly sectorBytes: number;
  /** Disk signature, 32 bits. */
  readonly diskId: number;
  /** Extended ones are among them; logical partitions lie in the first. */
  readonly primaries: readonly DosPrimary[];
  /** In the order of the chain, which numbers them from 5. The record of the first is where the extended one begins. */
  readonly logicals: readonly DosLogical[];
};

/** Sector numbers and sizes are 32 bits wide: 2 TiB with sectors of 512 bytes. */
const DOS_MAX_SECTORS = 2 ** 32 - 1;

const RECORD_BYTES = 512;
const ENTRIES_AT = 446;
/** Boot code ends here; disk signature and entries follow. */
const CODE_BYTES = 440;
const HEADS = 255;
const TRACK_SECTORS = 63;

type Entry = Omit<DosPrimary, 'number'> & {
  /** What the entry's start counts from. */
  readonly baseSector: number;
};

/**
 * @throws Error when entries overlap, lie outside of what holds them, or need more than 32 bits
 * @see PC DOS and MS-DOS partition tables; Microsoft's "Master Boot Record" and "Extended Boot Record"
 */
export function renderDosLabel(label: DosLabel): ByteRange[] {
  assertLabel(label);
  const record = new Uint8Array(RECORD_BYTES);
  new DataView(record.buffer).setUint32(CODE_BYTES, label.diskId, true);
  for (const primary of label.primaries) putEntry(record, primary.number - 1, { ...primary, baseSector: 0 });
  sign(record);
  return [{ offsetBytes: CODE_BYTES, bytes: record.slice(CODE_BYTES) }, ...extendedRecords(label)];
}

/** Cylinder, head and sector of an entry, for 255 heads and 63 sectors; `fe ff ff` for what lies beyond 8 GiB. */
export function chsOf(sector: number): readonly [number, number, number] {
  const cylinder = Math.floor(sector / (HEADS * TRACK_SECTORS));
  if (cylinder > 1023) return [0xfe, 0xff, 0xff];
  const head = Math.floor(sector / TRACK_SECTORS) % HEADS;
  return [head, (sector % TRACK_SECTORS) + 1 + ((cylinder >> 8) << 6), cylinder & 0xff];
}

function extendedRecords({ sectorBytes, primaries, logicals }: DosLabel): ByteRange[] {
  const extended = primaries.find(isExtended);
  if (extended === undefined) return [];
  const at = (sector: number) => sector * sectorBytes;
  if (logicals.length === 0) {
    // Whatever was there before would be read as a chain.
    return [{ offsetBytes: at(extended.startSector), bytes: sign(new Uint8Array(sectorBytes)) }];
  }
  return logicals.map((logical, index) => {
    const bytes = new Uint8Array(sectorBytes);
    putEntry(bytes, 0, { ...logical, baseSector: logical.recordSector });
    const next = logicals[index + 1];
    if (next !== undefined) putEntry(bytes, 1, linkTo(next, extended.startSector));
    return { offsetBytes: at(logical.recordSector), bytes: sign(bytes) };
  });
}

/** The second entry of a record: where the next record is, and how far what it describes reaches. */
function linkTo({ recordSector, startSector, sizeSectors }: DosLogical, baseSector: number): Entry {
  const reach = startSector + sizeSectors - recordSector;
  return { type: Number.parseInt(dosTypes.extended, 16), startSector: recordSector, sizeSectors: reach, baseSector };
}

function putEntry(record: Uint8Array, index: number, entry: Entry): void {
  const at = ENTRIES_AT + index * 16;
  const { type, startSector, sizeSectors, baseSector } = entry;
  record[at] = entry.active === true ? 0x80 : 0;
  record.set(chsOf(startSector), at + 1);
  record[at + 4] = type;
  record.set(chsOf(startSector + sizeSectors - 1), at + 5);
  const view = new DataView(record.buffer);
  view.setUint32(at + 8, startSector - baseSector, true);
  view.setUint32(at + 12, sizeSectors, true);
}

function sign(record: Uint8Array): Uint8Array {
  record.set([0x55, 0xaa], 510);
  return record;
}

function isExtended({ type }: { type: number }): boolean {
  return extendedTypes.has(type.toString(16));
}

function assertLabel({ diskId, primaries, logicals }: DosLabel): void {
  assertFits('disk id', diskId, 0xffff_ffff);
  const all = [...primaries, ...logicals];
  for (const { type } of all) if (type === 0) throw new Error('type 0 is a free entry');
  for (const { type } of all) assertFits('type', type, 0xff);
  for (const { number } of primaries) assertFits('primary partition', number - 1, 3);
  if (new Set(primaries.map(({ number }) => number)).size < primaries.length)
    throw new Error('a number is there twice');
  if (primaries.filter(({ active }) => active === true).length > 1) throw new Error('only one partition is active');
  assertApart('primary partitions', primaries, { startSector: 1, sizeSectors: DOS_MAX_SECTORS });
  assertLogicals(primaries.filter(isExtended), logicals);
}

function assertLogicals(extended: readonly DosPrimary[], logicals: readonly DosLogical[]): void {
  const [holder, another] = extended;
  if (another !== undefined) throw new Error('only one partition is extended');
  if (logicals.length === 0) return;
  if (holder === undefined) throw new Error('logical partitions need an extended one');
  if (logicals.some(isExtended)) throw new Error('a logical partition cannot be extended');
  if (logicals[0]?.recordSector !== holder.startSector)
    throw new Error('the first record begins the extended partition');
  for (const { recordSector, startSector } of logicals) {
    if (recordSector >= startSector) throw new Error(`record ${recordSector} is not in front of ${startSector}`);
  }
  const records = logicals.map(({ recordSector }) => ({ startSector: recordSector, sizeSectors: 1 }));
  assertApart('logical partitions and their records', [...logicals, ...records], holder);
}
