// The bytes of a sparse member. In: its header, its records, the archive. Out: its extents, size and name; undefined
// for a member without a map. Never: a map that overlaps, or leaves bytes over.
import { BLOCK_BYTES, parseNumber } from './header.ts';
import type { Extent } from './member.ts';
import { parsePaxNumber } from './pax-records.ts';
import type { PaxRecord } from './pax-records.ts';
import { damaged, padded } from './place.ts';
import type { MemberPosition } from './place.ts';
import { MAX_SEGMENTS, isSparseMap, parseMapLines, parseOldGnuEntries, parsePaxMap } from './sparse-map.ts';
import type { Segment } from './sparse-map.ts';

type Sparse = {
  /** The name that the pax formats keep apart. */
  readonly path: Buffer | undefined;
  readonly sizeBytes: number;
  readonly extents: readonly Extent[];
  /** Where the bytes begin, and where the next header stands. */
  readonly start: number;
  readonly endPosition: number;
};

type Map = {
  readonly segments: readonly Segment[];
  readonly sizeBytes: number | undefined;
  readonly start: number;
  readonly storedBytes: number;
};

/** @see the GNU tar manual, "Storing Sparse Files" */
export function readSparse(
  place: MemberPosition & { readonly records: readonly PaxRecord[] },
  storedBytes: number,
): Sparse | undefined {
  const { source, position, header, records } = place;
  const isPax = hasPaxMap(records);
  if (header.typeflag !== 'S' && !isPax) return undefined;
  const map =
    header.typeflag !== 'S'
      ? readPaxMap(place, storedBytes)
      : header.isGnu && !isPax
        ? readOldMap(place, storedBytes)
        : undefined;
  const { segments, sizeBytes, start = 0, storedBytes: bytes = 0 } = map ?? {};
  if (segments === undefined || sizeBytes === undefined || !isSparseMap(segments, { storedBytes: bytes, sizeBytes })) {
    throw damaged(source, position, 'the map of a sparse file is damaged, or of a kind that is not known');
  }
  let next = start;
  const extents = segments.flatMap(({ offset, length }): Extent[] => {
    const extent = { offset, length, position: next };
    next += length;
    return length === 0 ? [] : [extent];
  });
  const path = records.findLast(({ key }) => key === 'GNU.sparse.name')?.value;
  return { path, sizeBytes, extents, start, endPosition: start + padded(bytes) };
}

/** Whether extended headers say that a member is sparse. */
export function hasPaxMap(records: readonly PaxRecord[]): boolean {
  return records.some(({ key }) => key.startsWith('GNU.sparse.') || key === 'SCHILY.realsize');
}

/** Four entries in the header, more in blocks that follow it. */
function readOldMap({ source, position }: MemberPosition, storedBytes: number): Map | undefined {
  const block = Buffer.from(source.read(position, BLOCK_BYTES));
  const first = parseOldGnuEntries(block, { offset: 386, count: 4 });
  if (first === undefined) return undefined;
  const segments = [...first];
  let start = position + BLOCK_BYTES;
  for (let isExtended = block[482] !== 0; isExtended;) {
    const more = Buffer.from(source.read(start, BLOCK_BYTES));
    const entries = parseOldGnuEntries(more, { offset: 0, count: 21 });
    if (entries === undefined || segments.length > MAX_SEGMENTS) return undefined;
    segments.push(...entries);
    isExtended = more[504] !== 0;
    start += BLOCK_BYTES;
  }
  return { segments, sizeBytes: parseNumber(block.subarray(483, 495)), start, storedBytes };
}

function readPaxMap(
  place: MemberPosition & { readonly records: readonly PaxRecord[] },
  storedBytes: number,
): Map | undefined {
  const { position, records } = place;
  const number = (key: string) => {
    const value = records.findLast((record) => record.key === key)?.value;
    return value === undefined ? undefined : parsePaxNumber(value.toString('latin1'));
  };
  const start = position + BLOCK_BYTES;
  const major = number('GNU.sparse.major');
  if (major === 1) {
    const map = readMapLines(place, storedBytes);
    if (map === undefined) return undefined;
    const mapBytes = padded(map.textBytes);
    const sizeBytes = number('GNU.sparse.realsize');
    return { segments: map.segments, sizeBytes, start: start + mapBytes, storedBytes: storedBytes - mapBytes };
  }
  const segments = major === undefined || major === 0 ? parsePaxMap(records) : undefined;
  return segments && { segments, sizeBytes: number('GNU.sparse.size'), start, storedBytes };
}

/** Two numbers of at most 15 digits for each segment. */
const MAX_MAP_BYTES = MAX_SEGMENTS * 32;

function readMapLines({ source, position }: MemberPosition, storedBytes: number) {
  const limit = Math.min(storedBytes, MAX_MAP_BYTES);
  for (let length = Math.min(BLOCK_BYTES, limit); ; length = Math.min(length * 8, limit)) {
    const map = parseMapLines(source.read(position + BLOCK_BYTES, length).toString('latin1'));
    if (map !== 'more') return map;
    if (length === limit) return undefined;
  }
}
