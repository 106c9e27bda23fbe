// What a restore of a partition table writes. In: the saved bytes, the bytes that are there now, both tables. Out: every
// byte that is written, and why others are not. Never: I/O; contents of a partition, old or new, unless the table itself
// lies there. Signatures only where they were wiped and nothing else has taken the place.
import type { SavedDisk } from '../../contract/disk-record.ts';
import { unpackRange } from '../../contract/saved-range.ts';
import { MiB } from '../../lib/bytes.ts';
import { contains, endOf, intersectExtents, overlaps, subtractExtents } from '../../lib/byte-extents.ts';
import type { Extent } from '../../lib/byte-extents.ts';
import { partitionsWithContents } from '../saved-tables/sfdisk-dump.ts';
import type { Dump, DumpedPartition } from '../saved-tables/sfdisk-dump.ts';

export type RestoreWrite = {
  readonly what: 'table' | 'signature';
  readonly offsetBytes: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** For people: `ext4 of partition 1`. */
  readonly why: string;
};

export type RestorePlan = {
  /** Only bytes that differ from what is there; whole sectors of the table. */
  readonly writes: readonly RestoreWrite[];
  /** What is left as it is, and why. */
  readonly notes: readonly string[];
};

export type RestoreInput = {
  readonly saved: SavedDisk;
  readonly savedTable: { readonly dump: Dump | undefined; readonly label: readonly Extent[] };
  readonly currentTable: { readonly dump: Dump | undefined; readonly label: readonly Extent[] };
  /** Extents of data partitions that the record knows of on this disk, whatever the tables say. */
  readonly data: readonly Extent[];
  /** What is on the disk now, one for each of `saved.ranges`. */
  readonly current: readonly Uint8Array<ArrayBuffer>[];
  /** What blkid finds now at the place of a saved or current partition, by `offsetBytes`; no entry for nothing. */
  readonly contents: ReadonlyMap<number, string>;
};

/** 128 entries of 128 bytes, at the end of the disk before the backup header. @see UEFI 2.10 §5.3.1 */
const GPT_ENTRIES_BYTES = 16_384;

/** @throws UserError when saved bytes are damaged */
export function planRestore(input: RestoreInput): RestorePlan {
  const writes: RestoreWrite[] = [];
  const notes: string[] = [];
  const granted = tableExtents(input);
  for (const [index, range] of input.saved.ranges.entries()) {
    const now = input.current[index] ?? new Uint8Array();
    const wanted = unpackRange(range);
    if (range.what === 'table') {
      for (const extent of intersectExtents([range], granted)) {
        writes.push(...differingSectors(input, { extent, start: range.offsetBytes, wanted, now }));
      }
      continue;
    }
    const answer = planSignature(input, { ...range, type: range.type ?? 'unknown' }, { wanted, now });
    if (typeof answer === 'string') notes.push(answer);
    else if (answer !== undefined) writes.push(answer);
  }
  return { writes, notes };
}

/** Where table bytes may be written: both tables themselves, and what boot loaders and tables use around partitions. */
function tableExtents({ saved, savedTable, currentTable, data }: RestoreInput): Extent[] {
  const { sizeBytes, logicalSectorBytes } = saved;
  const partitions = [savedTable, currentTable].flatMap(({ dump }) => partitionsWithContents(dump));
  const endBytes = Math.min(sizeBytes, GPT_ENTRIES_BYTES + 2 * logicalSectorBytes);
  const around = [
    { offsetBytes: 0, sizeBytes: Math.min(MiB, sizeBytes) },
    { offsetBytes: sizeBytes - endBytes, sizeBytes: endBytes },
  ];
  return [...subtractExtents(around, [...partitions, ...data]), ...savedTable.label, ...currentTable.label];
}

type Stretch = {
  readonly extent: Extent;
  /** Where `wanted` and `now` begin on the disk. */
  readonly start: number;
  readonly wanted: Uint8Array<ArrayBuffer>;
  readonly now: Uint8Array<ArrayBuffer>;
};

function differingSectors(input: RestoreInput, { extent, start, wanted, now }: Stretch): RestoreWrite[] {
  const { logicalSectorBytes } = input.saved;
  const writes: RestoreWrite[] = [];
  for (let offsetBytes = extent.offsetBytes; offsetBytes < endOf(extent); offsetBytes += logicalSectorBytes) {
    const [from, to] = [offsetBytes - start, Math.min(offsetBytes + logicalSectorBytes, endOf(extent)) - start];
    const bytes = wanted.subarray(from, to);
    if (Buffer.compare(bytes, now.subarray(from, to)) === 0) continue;
    const last = writes.at(-1);
    if (last !== undefined && last.offsetBytes + last.bytes.length === offsetBytes) {
      writes[writes.length - 1] = { ...last, bytes: wanted.subarray(last.offsetBytes - start, to) };
    } else writes.push({ what: 'table', offsetBytes, bytes, why: whyTable(input, { offsetBytes, sizeBytes: 1 }) });
  }
  return writes;
}

function whyTable({ savedTable, currentTable }: RestoreInput, byte: Extent): string {
  if (savedTable.label.some((part) => contains(part, byte))) return 'the saved table';
  return currentTable.label.some((part) => contains(part, byte))
    ? 'what lay where the present table is'
    : 'around the table, as boot loaders use it';
}

type SavedSignature = Extent & { readonly type: string };

/** A write, a note why there is none, or undefined when the signature is still there. */
function planSignature(
  input: RestoreInput,
  signature: SavedSignature,
  { wanted, now }: { wanted: Uint8Array<ArrayBuffer>; now: Uint8Array<ArrayBuffer> },
): RestoreWrite | string | undefined {
  if (Buffer.compare(wanted, now) === 0) return undefined;
  const partition = partitionsWithContents(input.savedTable.dump).find((one) => contains(one, signature));
  const place = partition ?? { offsetBytes: 0, sizeBytes: input.saved.sizeBytes };
  const what = `${signature.type} of ${partition === undefined ? 'the disk' : `partition ${partition.number}`}`;
  const taken = whatTook(input, place);
  if (taken !== undefined) return `${what} is not put back: ${taken}`;
  if (now.some((byte) => byte !== 0)) return `${what} is not put back: other bytes are there now`;
  return { what: 'signature', offsetBytes: signature.offsetBytes, bytes: wanted, why: what };
}

/** What is now where a partition or the whole disk was. */
function whatTook({ contents, currentTable }: RestoreInput, place: Extent): string | undefined {
  const found = contents.get(place.offsetBytes);
  if (found !== undefined) return `its place holds ${found} now`;
  const newer = partitionsWithContents(currentTable.dump).find(
    (partition: DumpedPartition) => contents.has(partition.offsetBytes) && overlaps(partition, place),
  );
  return newer === undefined
    ? undefined
    : `partition ${newer.number}, which is there now, holds ${contents.get(newer.offsetBytes)}`;
}
