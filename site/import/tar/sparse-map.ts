// Where the bytes of a sparse member belong. In: the maps of GNU tar's formats. Out: segments, checked. Never: I/O.
import { parseNumber } from './header.ts';
import { parsePaxNumber } from './pax-records.ts';
import type { PaxRecord } from './pax-records.ts';

/** `length` bytes of the archive that belong at `offset` of the file; what lies between segments is a hole. */
export type Segment = { readonly offset: number; readonly length: number };

/** More pieces than any file system makes of a file, and few enough to hold. */
export const MAX_SEGMENTS = 200_000;

const ENTRY_BYTES = 24;

/**
 * The segments of a block of the old GNU format: 4 in the header, 21 in each block that follows it. An entry that is
 * empty ends the list.
 * @see the GNU tar manual, "Old GNU Format"
 */
export function parseOldGnuEntries(
  block: Buffer,
  { offset, count }: { offset: number; count: number },
): Segment[] | undefined {
  const segments: Segment[] = [];
  for (let index = 0; index < count; index += 1) {
    const entry = block.subarray(offset + index * ENTRY_BYTES, offset + (index + 1) * ENTRY_BYTES);
    if (entry[12] === 0) break;
    const [start, length] = [parseNumber(entry.subarray(0, 12)), parseNumber(entry.subarray(12))];
    if (start === undefined || length === undefined) return undefined;
    segments.push({ offset: start, length });
  }
  return segments;
}

/** The map of the pax formats 0.0 (a record for each number, in order) and 0.1 (one record with all). */
export function parsePaxMap(records: readonly PaxRecord[]): Segment[] | undefined {
  const whole = records.findLast(({ key }) => key === 'GNU.sparse.map')?.value.toString('latin1');
  if (whole !== undefined) return pairUp(whole === '' ? [] : whole.split(','));
  const numbers = records.filter(({ key }) => key === 'GNU.sparse.offset' || key === 'GNU.sparse.numbytes');
  if (!numbers.every(({ key }, index) => (key === 'GNU.sparse.offset') === (index % 2 === 0))) return undefined;
  return pairUp(numbers.map(({ value }) => value.toString('latin1')));
}

/**
 * The map of the pax format 1.0, which stands before the bytes: a count, then that many pairs, a line each.
 * `more` when the text ends before the map does; `textBytes` is the length of the map.
 */
export function parseMapLines(
  text: string,
): { readonly segments: Segment[]; readonly textBytes: number } | 'more' | undefined {
  const first = text.indexOf('\n');
  const count = parsePaxNumber(text.slice(0, Math.max(0, first)));
  if (first === -1) return /^\d{0,15}$/.test(text) ? 'more' : undefined;
  if (count === undefined || count > MAX_SEGMENTS) return undefined;
  let end = first;
  for (let line = 0; line < count * 2; line += 1) {
    end = text.indexOf('\n', end + 1);
    if (end === -1) return 'more';
  }
  const lines = count === 0 ? [] : text.slice(first + 1, end).split('\n');
  const segments = pairUp(lines);
  return segments === undefined ? undefined : { segments, textBytes: end + 1 };
}

/** Whether segments stand in order, do not overlap, lie within the file and have as many bytes as the archive. */
export function isSparseMap(
  segments: readonly Segment[],
  { storedBytes, sizeBytes }: { storedBytes: number; sizeBytes: number },
): boolean {
  let [end, sum] = [0, 0];
  for (const { offset, length } of segments) {
    if (offset < end || length < 0) return false;
    end = offset + length;
    sum += length;
  }
  return end <= sizeBytes && sum === storedBytes && segments.length <= MAX_SEGMENTS;
}

function pairUp(texts: readonly string[]): Segment[] | undefined {
  const numbers = texts.map(parsePaxNumber);
  if (numbers.length % 2 !== 0 || numbers.length > MAX_SEGMENTS * 2) return undefined;
  const segments: Segment[] = [];
  for (let index = 0; index < numbers.length; index += 2) {
    const [offset, length] = [numbers[index], numbers[index + 1]];
    if (offset === undefined || length === undefined) return undefined;
    segments.push({ offset, length });
  }
  return segments;
}
