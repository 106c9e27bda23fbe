// Removes from a store what nobody needs any more. In: a store, rules, what machines hold. Out: what was removed.
// Never: touches what plan-gc.ts lets live; removes anything when it cannot read a manifest that lives. Publishers wait
// meanwhile. Manifests go before the packs that only they name: cut off at any point, what is left of a manifest is whole.
import { open, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { readIfThere } from '../../lib/read-if-there.ts';
import { UserError } from '../../lib/errors.ts';
import { decodeManifest } from '../manifests/encode-manifest.ts';
import { withLock } from '../filesystem/file-lock.ts';
import { listPins } from './pins.ts';
import { planLiveManifests, planRemovals } from './plan-gc.ts';
import type { GcRules } from './plan-gc.ts';
import { openManifest } from '../manifests/seal-manifest.ts';
import { listNames, readGenerations } from './store.ts';
import type { Store } from './store.ts';
import { listStoreFiles } from './store-files.ts';

type GcInput = {
  readonly store: Store;
  readonly rules: GcRules;
  /** The manifests that machines are being installed with; asked for when nobody publishes any more. */
  readonly held: () => ReadonlySet<string>;
  readonly nowMs: number;
  /** Only says what would go. */
  readonly dryRun: boolean;
};

export type Collected = {
  /** Paths below the store's directory, in the order in which they went. */
  readonly removed: readonly string[];
  readonly freedBytes: number;
  readonly liveManifests: number;
};

/** @throws UserError when a manifest that lives is missing or damaged; nothing was removed then */
export async function collectGarbage(input: GcInput): Promise<Collected> {
  return await withLock(join(input.store.dir, 'lock.db'), async () => await collectLocked(input));
}

async function collectLocked({ store, rules, held, nowMs, dryRun }: GcInput): Promise<Collected> {
  const { folders, temporaries } = await listStoreFiles(store);
  const digests = folders.manifests.filter((name) => !name.endsWith('.sig'));
  const generations = new Map<string, Awaited<ReturnType<typeof readGenerations>>>();
  for (const name of await listNames(store)) generations.set(name, await readGenerations(store, name));
  const manifests = new Map<string, number>();
  for (const digest of digests) manifests.set(digest, (await stat(join(store.dir, 'manifests', digest))).mtimeMs);
  const pinned = [...held(), ...(await listPins(store)).map(({ digest }) => digest)];
  const live = planLiveManifests({ generations, held: new Set(pinned), manifests, nowMs }, rules);
  const current = new Set([...generations.values()].flatMap(([newest]) => newest?.digest ?? []));
  const packs = await neededPacks(store, live, new Set([...current, ...pinned]));
  const going = planRemovals(folders, { manifests: live, packs });
  const inOrder = [
    temporaries,
    going.deltas.map((name) => `deltas/${name}`),
    going.manifests.map((name) => `manifests/${name}`),
    going.packs.map((name) => `packs/${name}`),
  ];
  let freedBytes = 0;
  for (const paths of inOrder) freedBytes += await removeAll(store, paths, dryRun);
  return { removed: inOrder.flat(), freedBytes, liveManifests: digests.filter((digest) => live.has(digest)).length };
}

// Whatever the signature, a manifest of the store may be wanted: its keys may be those of another computer.
async function neededPacks(
  store: Store,
  live: ReadonlySet<string>,
  required: ReadonlySet<string>,
): Promise<Set<string>> {
  const packs = new Set<string>();
  for (const digest of live) {
    const stored = await readIfThere(join(store.dir, 'manifests', digest));
    try {
      const raw = await openManifest(digest, stored ?? new Uint8Array());
      for (const { sha256 } of decodeManifest(raw, `manifest ${digest}`).packs) packs.add(sha256);
    } catch (cause) {
      if (!(cause instanceof UserError)) throw cause;
      // Damaged, or of an older version: no machine can read it either.
      if (!required.has(digest)) continue;
      const what = stored === undefined ? 'is missing' : 'cannot be read';
      throw new UserError(
        `manifest ${digest} lives and ${what}, so nobody knows which packs it needs; nothing was removed`,
        {
          cause,
          hint: `gutinteg package verify; publish it again, or remove ${store.dir}/manifests/${digest} if it is lost`,
        },
      );
    }
  }
  return packs;
}

async function removeAll({ dir }: Store, paths: readonly string[], dryRun: boolean): Promise<number> {
  let bytes = 0;
  for (const path of paths) {
    bytes += (await stat(join(dir, path))).size;
    if (!dryRun) await rm(join(dir, path));
  }
  // What goes next was only needed by these: it must not vanish before them in a power cut.
  for (const folder of dryRun ? [] : new Set(paths.map((path) => path.split('/')[0] ?? ''))) {
    await using directory = await open(join(dir, folder), 'r');
    await directory.sync();
  }
  return bytes;
}
