// Which contents need no new pack. In: the last generation, what is wanted. Out: where its bytes lie. Never: I/O.
import type { Manifest } from '../package/manifest.ts';
import type { PackSlice } from '../tree/tree.ts';

/** SHA-256 of a content → where its bytes lie. */
export type Places = ReadonlyMap<string, readonly PackSlice[]>;

/** Where the contents of a manifest lie, as far as all of their packs are `present`. */
export function placesOf(manifest: Manifest, present: ReadonlySet<string>): Places {
  const places = new Map<string, PackSlice[]>();
  for (const entry of manifest.entries) {
    if (entry.type !== 'file' || places.has(entry.sha256)) continue;
    const slices = entry.chunks.flatMap(({ pack, offset, length }) => {
      const source = manifest.packs[pack];
      return source === undefined || !present.has(source.sha256) ? [] : [{ pack: source, offset, length }];
    });
    if (slices.length === entry.chunks.length) places.set(entry.sha256, slices);
  }
  return places;
}

/**
 * Of the places of wanted contents those that are worth it: packs of which less than half is still wanted are given
 * up, so that a full install never reads mostly what it does not need.
 */
export function planReuse(wanted: Places): Places {
  const liveBytes = new Map<string, number>();
  for (const { pack, length } of [...wanted.values()].flat()) {
    liveBytes.set(pack.sha256, (liveBytes.get(pack.sha256) ?? 0) + length);
  }
  const isWorthIt = ({ pack }: PackSlice) => (liveBytes.get(pack.sha256) ?? 0) * 2 >= pack.rawBytes;
  return new Map([...wanted].filter(([, slices]) => slices.every(isWorthIt)));
}
