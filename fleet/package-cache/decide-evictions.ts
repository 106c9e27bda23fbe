// Which files make room. In: files, those not used for the longest time first. Out: those that go. Pure.

export type Evictable = { readonly sha256: string; readonly sizeBytes: number };

/** @returns undefined if even all of them are not enough */
export function decideEvictions(
  bytes: { readonly max: number; readonly used: number; readonly needed: number },
  oldestFirst: Iterable<Evictable>,
): readonly Evictable[] | undefined {
  let excess = bytes.used + bytes.needed - bytes.max;
  const going: Evictable[] = [];
  for (const file of oldestFirst) {
    if (excess <= 0) return going;
    going.push(file);
    excess -= file.sizeBytes;
  }
  return excess <= 0 ? going : undefined;
}
