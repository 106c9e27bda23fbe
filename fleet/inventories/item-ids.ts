// Rising ids of items, as bytes and as differences. In: ids. Out: LEB128 of the differences between neighbours, and back.
// A list of two thousand packages that were first seen together takes two thousand bytes. Never: I/O.

const MORE = 0x80;
const SEVEN_BITS = 0x7f;

/** Ids in rising order, without repetition. */
export type ItemIds = readonly number[];

/** `[5, 6, 300]` is `05 01 a6 02`. @see DWARF 5 §7.6, unsigned LEB128 */
export function encodeIds(ids: ItemIds): Uint8Array {
  const bytes: number[] = [];
  let former = 0;
  for (const id of ids) {
    let rest = id - former;
    former = id;
    while (rest > SEVEN_BITS) {
      bytes.push((rest & SEVEN_BITS) | MORE);
      rest >>>= 7;
    }
    bytes.push(rest);
  }
  return Uint8Array.from(bytes);
}

/** @param bytes of `encodeIds` */
export function decodeIds(bytes: Uint8Array): number[] {
  const ids: number[] = [];
  forEachId(bytes, (id) => void ids.push(id));
  return ids;
}

/** Without an array of all: most of the time of a question about the whole fleet is spent here. @param bytes of `encodeIds` */
export function forEachId(bytes: Uint8Array, visit: (id: number) => void): void {
  let id = 0;
  let shift = 0;
  let difference = 0;
  for (let index = 0; index < bytes.length; index += 1) {
    const byte = bytes[index] ?? 0;
    difference |= (byte & SEVEN_BITS) << shift;
    shift += 7;
    if (byte >= MORE) continue;
    id += difference;
    visit(id);
    shift = 0;
    difference = 0;
  }
}

export type IdDifference = { readonly added: number[]; readonly removed: number[] };

/** What leads from one list to another. */
export function differenceOfIds(from: ItemIds, to: ItemIds): IdDifference {
  const added: number[] = [];
  const removed: number[] = [];
  let position = 0;
  for (const id of to) {
    while (position < from.length && (from[position] ?? 0) < id) removed.push(from[position++] ?? 0);
    if (from[position] === id) position += 1;
    else added.push(id);
  }
  return { added, removed: removed.concat(from.slice(position)) };
}

/** @param difference of which everything removed is in `from`, and nothing added is */
export function applyIdDifference(from: ItemIds, { added, removed }: { added: ItemIds; removed: ItemIds }): number[] {
  if (added.length === 0 && removed.length === 0) return [...from];
  const result: number[] = [];
  let nextAdded = 0;
  let nextRemoved = 0;
  for (const id of from) {
    if (removed[nextRemoved] === id) {
      nextRemoved += 1;
      continue;
    }
    while (nextAdded < added.length && (added[nextAdded] ?? 0) < id) result.push(added[nextAdded++] ?? 0);
    result.push(id);
  }
  for (const id of added.slice(nextAdded)) result.push(id);
  return result;
}
