// Which bytes go into which pack. In: contents of a tree, packs of its last generation. Out: a plan. Never: I/O.
import { PACK_RAW_BYTES } from './manifest.ts';
import type { Manifest } from './manifest.ts';
import type { PackSlice } from './tree.ts';

/** One distinct content of the tree; `path` is the first file that has it. */
export type TreeContent = { readonly sha256: string; readonly sizeBytes: number; readonly path: string };

/** A run of bytes of one content. */
export type PackPiece = { readonly content: TreeContent; readonly sourceOffset: number; readonly length: number };

type PackPlan = {
  /** SHA-256 of a content → where its bytes already lie. */
  readonly reused: ReadonlyMap<string, readonly PackSlice[]>;
  /** Each is one new pack of at most PACK_RAW_BYTES. */
  readonly packs: readonly (readonly PackPiece[])[];
};

/**
 * Reuses what old packs hold and groups the rest in path order. A content of at most one pack is never split; a
 * larger one gets packs of its own, and shares only its tail. Old packs of which less than half is still wanted
 * are given up, so that a full install never reads mostly what it does not need.
 */
export function planPacks(contents: readonly TreeContent[], previous: Manifest | undefined): PackPlan {
  const reused = findReusable(contents, previous);
  const packs: PackPiece[][] = [];
  let open: PackPiece[] = [];
  let openBytes = 0;
  for (const content of contents) {
    if (reused.has(content.sha256)) continue;
    let offset = 0;
    for (; content.sizeBytes - offset > PACK_RAW_BYTES; offset += PACK_RAW_BYTES) {
      packs.push([{ content, sourceOffset: offset, length: PACK_RAW_BYTES }]);
    }
    const length = content.sizeBytes - offset;
    if (openBytes + length > PACK_RAW_BYTES) {
      packs.push(open);
      open = [];
      openBytes = 0;
    }
    if (length > 0) open.push({ content, sourceOffset: offset, length });
    openBytes += length;
  }
  if (open.length > 0) packs.push(open);
  return { reused, packs };
}

function findReusable(contents: readonly TreeContent[], previous: Manifest | undefined): Map<string, PackSlice[]> {
  const wanted = new Map(contents.map((content) => [content.sha256, content]));
  const slices = new Map<string, PackSlice[]>();
  const liveBytes = new Map<string, number>();
  for (const entry of previous?.entries ?? []) {
    if (entry.type !== 'file' || !wanted.has(entry.sha256) || slices.has(entry.sha256)) continue;
    const found = entry.chunks.flatMap(({ pack, offset, length }) => {
      const source = previous?.packs[pack];
      return source === undefined ? [] : [{ pack: source, offset, length }];
    });
    slices.set(entry.sha256, found);
    for (const { pack, length } of found) liveBytes.set(pack.sha256, (liveBytes.get(pack.sha256) ?? 0) + length);
  }
  const isWorthIt = ({ pack }: PackSlice) => (liveBytes.get(pack.sha256) ?? 0) * 2 >= pack.rawBytes;
  return new Map([...slices].filter(([, found]) => found.every(isWorthIt)));
}
