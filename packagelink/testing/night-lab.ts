// Targets, a store and packages that change, for tests of the nightly run as any user. In: paths and small contents. Out:
// what runs did, and what is there afterwards. Never: shipped; only tests import it; needs root.
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { directoryFetcher } from '../contents/fetch.ts';
import { loadOrCreateSiteKey } from '../manifests/keys.ts';
import { openManifestCache } from '../manifests/manifest-cache.ts';
import type { ManifestCache, ManifestRef } from '../manifests/manifest-cache.ts';
import { sealDelta } from '../manifests/read-manifest-delta.ts';
import { mergeTree } from '../merge/merge.ts';
import type { MergeInput } from '../merge/merge.ts';
import type { Manifest } from '../package/manifest.ts';
import { applyPartial } from '../partial/apply-partial.ts';
import { findUpdate, settledBase } from '../partial/find-update.ts';
import type { ApplyPartialOptions } from '../partial/partial-options.ts';
import { publishTree } from '../publish/publish.ts';
import { openStore, writeDelta } from '../store/store.ts';
import { fillTree, ownFiles } from './small-files.ts';
import type { SmallFiles } from './small-files.ts';

/** A manifest that is published. */
export type Published = ManifestRef & { readonly manifest: Manifest };
/** `settings` are lines of `.packagelink.yaml`; a package of kind `image` has none, and priority 0. */
type PublishOptions = {
  readonly settings?: string;
  readonly kind?: 'image' | 'site';
  /** Takes what it can from the packs of the last one with this name; otherwise all bytes are packed anew. */
  readonly reuses?: true;
  /** Only describes it: no target can be brought to it. */
  readonly dryRun?: true;
};
type Merging = Pick<MergeInput, 'pins' | 'generated'> & { readonly defines?: Record<string, string> };
type Running = Partial<ApplyPartialOptions> & { readonly merging?: Merging };
type Asking = {
  readonly frame?: string;
  readonly cache?: Pick<ManifestCache, 'readChange'>;
  readonly osmode?: 'image' | 'packages';
  readonly mountPoints?: Parameters<typeof findUpdate>[2];
};

/** `said` are the changes as `replaced etc/motd`, sorted. */
type Run = {
  readonly said: readonly string[];
  readonly errors: readonly string[];
  readonly notices: readonly string[];
};
type NightLab = Awaited<ReturnType<typeof openNightLab>>;
/** A target, empty at first, and its state beside it; both go at the end of the block. */
export type NightTarget = ReturnType<NightLab['openTarget']>;

/** What decides a machine's files besides its manifests, as the nightly run would have it. */
const FRAME = 'frame';

/** An empty store; all that belongs to it goes at the end of the block. */
export async function openNightLab() {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), 'gutinteg-night-')));
  const store = openStore(join(dir, 'store'));
  const fetcher = directoryFetcher(store.dir);
  const { privateKey: signingKey, publicKey, publicPem } = await loadOrCreateSiteKey(dir);
  let count = 0;

  async function publish(name: string, files: SmallFiles, options: PublishOptions = {}): Promise<Published> {
    const { kind = 'site', settings = '', reuses, dryRun = false } = options;
    const place = join(dir, `published-${(count += 1)}`);
    const [tree, own] = [join(place, 'tree'), reuses ? store : openStore(join(place, 'store'))];
    fillTree(tree, kind === 'site' ? { ...files, '.packagelink.yaml': ownFiles() + settings } : files);
    const publishing = { store: own, name, tree, kind, signingKey, dryRun };
    const { manifest: digest, after } = await publishTree(publishing);
    // By way of another store, as one that knows what was before takes its time to make a delta.
    if (own !== store && !dryRun) cpSync(own.dir, store.dir, { recursive: true });
    return { name, digest, manifest: after };
  }

  async function publishDelta(from: Published, to: Published): Promise<void> {
    const bytes = (await sealDelta(from, to, signingKey)) ?? new Uint8Array();
    await writeDelta(store, { from: from.digest, to: to.digest, bytes });
  }

  function openTarget() {
    const place = join(dir, `target-${(count += 1)}`);
    const [target, stateFile] = [join(place, 'root'), join(place, 'state/packagelink.db')];
    mkdirSync(target, { recursive: true });
    const openCache = () => openManifestCache({ dir: join(place, 'manifests'), fetcher, publicKeys: [publicKey] });
    /** Reads everything, as a run that knows the manifests does. */
    const run = async (packages: readonly Published[], { merging, ...more }: Running = {}): Promise<Run> => {
      const tree = treeOf(packages, merging);
      const settles = { key: keyOf(packages), base: settledBase(FRAME, packages, tree) };
      const sync = () => undefined;
      const result = await applyPartial({ target, tree, fetcher, stateFile, settles, sync, ...more });
      return { ...result, said: result.changes.map(({ action, path }) => `${action} ${path}`).toSorted() };
    };
    /** The same; manifests are kept, so that `findUpdate` can tell what has changed since. */
    const settle = async (packages: readonly Published[], running: Running = {}): Promise<Run> => {
      const [result, cache] = [await run(packages, running), openCache()];
      for (const ref of packages) await cache.read(ref);
      await cache.keep(packages);
      return result;
    };
    /** What `findUpdate` says of these packages now. */
    const update = async (packages: readonly ManifestRef[], asking: Asking = {}) => {
      const { frame = FRAME, cache = openCache(), osmode = 'image', mountPoints } = asking;
      const wanted = { frame, manifests: packages, cache, fetcher };
      return await findUpdate({ target, stateFile, osmode }, wanted, mountPoints);
    };
    const dispose = () => rmSync(place, { recursive: true });
    return { place, target, stateFile, openCache, run, settle, update, [Symbol.dispose]: dispose };
  }

  const dispose = () => rmSync(dir, { recursive: true });
  return { store, fetcher, publicPem, publish, publishDelta, openTarget, [Symbol.dispose]: dispose };
}

/** The tree of these packages. */
function treeOf(packages: readonly Published[], { defines = {}, ...merging }: Merging = {}) {
  const layers = packages.map(({ name, manifest }) => ({ name, priority: manifest.priority, manifest }));
  return mergeTree({ layers, defines, ...merging });
}

/** The key under which a run leaves a target. */
function keyOf(packages: readonly ManifestRef[]): string {
  return packages.map(({ digest }) => digest).join(' ');
}
