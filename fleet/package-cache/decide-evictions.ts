// Which files make room. In: files, those that are missed least first. Out: those that go. Pure.

export type Evictable = { readonly sha256: string; readonly sizeBytes: number };

/** So long, what no list names any more goes last: nobody else may have it, and an undo may need it. */
export const KEPT_FOR_UNDO_MS = 30 * 86_400_000;

/** @returns undefined if even all of them are not enough */
export function decideEvictions(
  bytes: { readonly max: number; readonly used: number; readonly needed: number },
  leastMissedFirst: Iterable<Evictable>,
): readonly Evictable[] | undefined {
  let excess = bytes.used + bytes.needed - bytes.max;
  const going: Evictable[] = [];
  for (const file of leastMissedFirst) {
    if (excess <= 0) return going;
    going.push(file);
    excess -= file.sizeBytes;
  }
  return excess <= 0 ? going : undefined;
}
