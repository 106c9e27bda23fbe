// Where on a disk something may be: the whole disk, every partition, the space between them. In: its size, what sfdisk
// reports of its table. Out: places, each with the bytes that must be zero if it is to count as empty. Pure.
import { MiB } from '../lib/bytes.ts';
import { subtractExtents } from '../lib/byte-extents.ts';
import type { Extent } from '../lib/byte-extents.ts';
import type { SfdiskPartition, SfdiskTable } from './sfdisk-json.ts';
import { isExtended, protectiveType } from './tables/dos.ts';

/** What lsblk says of a disk, or of a loop device that stands for one. */
export type ProbedDisk = { readonly path: string; readonly sizeBytes: number; readonly sectorBytes: number };

/** A place under the name that its probes go by: the disk's path, a partition's node, `free@SECTOR`. */
export type ProbePlace = {
  readonly key: string;
  readonly kind: 'disk' | 'partition' | 'free';
  readonly startBytes: number;
  readonly sizeBytes: number;
  /** Of its first and of its last MiB, and samples between them where no table says what they are. */
  readonly mustBeZero: {
    readonly first: readonly Extent[];
    readonly last: readonly Extent[];
    readonly between: readonly Extent[];
  };
};

/** A disk with its head on the move reads about a hundred of them in a second. */
const SAMPLES = 128;
const SAMPLE_BYTES = 4096;

/** The disk first, then its partitions in the table's order, then free space of a MiB and more. */
export function placesToLookAt(disk: ProbedDisk, table: SfdiskTable | undefined): ProbePlace[] {
  const partitions = table?.partitions ?? [];
  const sectorBytes = table?.sectorsize ?? disk.sectorBytes;
  return [
    wholePlace(disk, table),
    ...partitions.map((found) => ({
      ...partitionPlace(bytesOf(found, sectorBytes)),
      key: found.node,
      kind: 'partition' as const,
    })),
    ...freeRanges(disk, table).map((range) => ({
      ...placeOf(range),
      key: freeKey(range.offsetBytes / sectorBytes),
      kind: 'free' as const,
    })),
  ];
}

/** The name of the free space that begins at a sector. */
function freeKey(startSector: number): string {
  return `free@${startSector}`;
}

function wholePlace({ path, sizeBytes }: ProbedDisk, table: SfdiskTable | undefined): ProbePlace {
  const whole = placeOf({ offsetBytes: 0, sizeBytes });
  const known = table === undefined ? [] : rangesOfTable(table, sizeBytes);
  const { first, last } = whole.mustBeZero;
  const mustBeZero = { first: subtractExtents(first, known), last: subtractExtents(last, known), between: [] };
  return { ...whole, key: path, kind: 'disk', mustBeZero };
}

/**
 * What a table accounts for: itself, its partitions, and the boot loader in front of the first one. Without a partition
 * there is nothing to boot, so code in front of the table's own bytes is somebody's.
 */
function rangesOfTable({ label, partitions, sectorsize, firstlba, lastlba }: SfdiskTable, diskBytes: number) {
  const listed = partitions.filter(({ type }) => label !== 'dos' || type !== protectiveType);
  const ranges = listed.map((found) => bytesOf(found, sectorsize));
  const gpt = label === 'gpt' && firstlba !== undefined && lastlba !== undefined;
  const behind = gpt ? [range((lastlba + 1) * sectorsize, diskBytes)] : [];
  if (ranges.length > 0) {
    return [...ranges, range(0, Math.min(...ranges.map(({ offsetBytes }) => offsetBytes))), ...behind];
  }
  const own = label === 'dos' || label === 'gpt' ? range(MBR_ID_OFFSET, 512) : range(0, 512);
  return [own, ...behind, ...(gpt ? [range(512, firstlba * sectorsize)] : [])];
}

/** Boot code ends there; the disk's id, the four entries and the mark follow. */
const MBR_ID_OFFSET = 440;

/** Behind the first MiB, where a table would be; a disk without one is free from there on. */
function freeRanges({ sizeBytes, ...disk }: ProbedDisk, table: SfdiskTable | undefined): Extent[] {
  const sectorBytes = table?.sectorsize ?? disk.sectorBytes;
  const end = table?.lastlba === undefined ? sizeBytes : Math.min(sizeBytes, (table.lastlba + 1) * sectorBytes);
  const taken = (table?.partitions ?? []).filter((found) => !isExtended(found, table?.label));
  const free = subtractExtents(
    [range(MiB, end)],
    taken.map((found) => bytesOf(found, sectorBytes)),
  );
  return free.filter((gap) => gap.sizeBytes >= MiB);
}

/** A slice may begin with the disk, and has the label in its first sector then. */
function partitionPlace(extent: Extent) {
  const place = placeOf(extent);
  const { first, last, between } = place.mustBeZero;
  const label = extent.offsetBytes === 0 ? [range(0, 512)] : [];
  return { ...place, mustBeZero: { first: subtractExtents(first, label), last, between } };
}

function placeOf(extent: Extent) {
  const { offsetBytes, sizeBytes } = extent;
  return { startBytes: offsetBytes, sizeBytes, mustBeZero: { ...endsOf(extent), between: samplesOf(extent) } };
}

/** First and last MiB; where there is less, both are all of it. */
export function endsOf({ offsetBytes, sizeBytes }: Extent): { first: Extent[]; last: Extent[] } {
  const end = Math.min(MiB, sizeBytes);
  return {
    first: [range(offsetBytes, offsetBytes + end)],
    last: [range(offsetBytes + sizeBytes - end, offsetBytes + sizeBytes)],
  };
}

/** At even distances, so that whatever has filled a part of the space is seen. */
export function samplesOf({ offsetBytes, sizeBytes }: Extent): Extent[] {
  const stepBytes = Math.floor(sizeBytes / (SAMPLES + 1) / SAMPLE_BYTES) * SAMPLE_BYTES;
  if (stepBytes === 0) return [];
  return Array.from({ length: SAMPLES }, (_, index) => {
    return { offsetBytes: offsetBytes + (index + 1) * stepBytes, sizeBytes: SAMPLE_BYTES };
  });
}

function bytesOf({ start, size }: Pick<SfdiskPartition, 'start' | 'size'>, sectorBytes: number): Extent {
  return { offsetBytes: start * sectorBytes, sizeBytes: size * sectorBytes };
}

function range(from: number, to: number): Extent {
  return { offsetBytes: from, sizeBytes: Math.max(0, to - from) };
}
