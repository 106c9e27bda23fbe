// Stretches of a disk, in bytes, as sets. Pure.

/** Empty ones are left out everywhere. */
export type Extent = { readonly offsetBytes: number; readonly sizeBytes: number };

export const endOf = ({ offsetBytes, sizeBytes }: Extent): number => offsetBytes + sizeBytes;

/** The same bytes as extents that neither overlap nor touch, in order. */
export function mergeExtents(extents: readonly Extent[]): Extent[] {
  const merged: Extent[] = [];
  for (const extent of extents.toSorted((left, right) => left.offsetBytes - right.offsetBytes)) {
    const last = merged.at(-1);
    if (extent.sizeBytes <= 0) continue;
    if (last === undefined || endOf(last) < extent.offsetBytes) merged.push(extent);
    else merged[merged.length - 1] = between(last.offsetBytes, Math.max(endOf(last), endOf(extent)));
  }
  return merged;
}

/** What is in `extents` and in none of `holes`. */
export function subtractExtents(extents: readonly Extent[], holes: readonly Extent[]): Extent[] {
  let rest = mergeExtents(extents);
  for (const hole of mergeExtents(holes)) {
    rest = rest.flatMap((extent) => [
      between(extent.offsetBytes, Math.min(endOf(extent), hole.offsetBytes)),
      between(Math.max(extent.offsetBytes, endOf(hole)), endOf(extent)),
    ]);
  }
  return mergeExtents(rest);
}

/** What is in both. */
export function intersectExtents(left: readonly Extent[], right: readonly Extent[]): Extent[] {
  return subtractExtents(left, subtractExtents(left, right));
}

export function overlaps(left: Extent, right: Extent): boolean {
  return left.offsetBytes < endOf(right) && right.offsetBytes < endOf(left);
}

export function contains(outer: Extent, inner: Extent): boolean {
  return outer.offsetBytes <= inner.offsetBytes && endOf(inner) <= endOf(outer);
}

function between(offsetBytes: number, end: number): Extent {
  return { offsetBytes, sizeBytes: Math.max(0, end - offsetBytes) };
}
