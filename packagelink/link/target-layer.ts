// What stood on a target before any package, as the lowest package of all. In: originals. Out: a layer. Never: I/O.
import { TARGET_OWNER } from '../merge/candidates.ts';
import type { Layer } from '../merge/candidates.ts';
import type { Original } from '../state/linked-packages.ts';
import type { ManifestEntry } from '../package/manifest.ts';
import { comparePaths, parentOf } from '../package/package-path.ts';

const BELOW_ALL = -1;

/** The layer `@target`: a path that no package has any more falls back to it. `objects` holds the bytes. */
export function targetLayer(originals: readonly Original[], objects: string): Layer {
  const firstNames = new Map<string, string>();
  const entries = originals.toSorted(comparePaths).map((original) => asEntry(original, firstNames));
  const known = new Set(originals.map(({ path }) => path));
  const parents = new Set<string>();
  for (const { path } of originals) {
    for (let parent = parentOf(path); parent !== undefined; parent = parentOf(parent))
      if (!known.has(parent)) parents.add(parent);
  }
  const implied = [...parents].map((path): ManifestEntry => ({ type: 'directory', path, ...IMPLIED }));
  return {
    name: TARGET_OWNER,
    priority: BELOW_ALL,
    tree: { root: undefined, objects },
    manifest: {
      version: 1,
      name: 'target',
      priority: 0,
      mutable: [],
      overrides: [],
      pin: [],
      packs: [],
      rawBytes: 0,
      entries: [...entries, ...implied],
    },
  };
}

const IMPLIED = { mode: 0o755, uid: 0, gid: 0, mtimeSeconds: 0, mtimeNanoseconds: 0, implied: true } as const;

function asEntry(original: Original, firstNames: Map<string, string>): ManifestEntry {
  const { pending: _pending, ...about } = original;
  if (about.type !== 'file') return about;
  const { inode, ...file } = about;
  const key = JSON.stringify([inode, { ...file, path: '' }]);
  const first = firstNames.get(key);
  if (first !== undefined) return { type: 'hardlink', path: file.path, target: first };
  firstNames.set(key, file.path);
  return { ...file, chunks: [] };
}
