// What bench-packagelink times, each as a process of its own that does what the installer, the agent or the server
// does: site-run.ts publish|cold|nightly|check|compare DIR [URL]. Bundled before it is timed, as the agent is.
import { createPublicKey } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { httpExchange } from '../lib/http-exchange.ts';
import { applyFull } from '../packagelink/full/apply-full.ts';
import { applyPartial } from '../packagelink/partial/apply-partial.ts';
import type { Fetcher } from '../packagelink/contents/fetch.ts';
import { findUpdate, settledBase } from '../packagelink/partial/find-update.ts';
import { readSettled } from '../packagelink/compare/is-settled.ts';
import { startLayThreads } from '../packagelink/full/lay-in-threads.ts';
import { openManifestCache } from '../packagelink/manifests/manifest-cache.ts';
import type { ManifestCache } from '../packagelink/manifests/manifest-cache.ts';
import { mergeTree } from '../packagelink/merge/merge.ts';
import { publishTree } from '../packagelink/publish/publish.ts';
import { loadOrCreateSiteKey } from '../packagelink/manifests/keys.ts';
import { openStore } from '../packagelink/store/store.ts';

const NAME = 'big';
const [mode = '', dir = '', url = ''] = process.argv.slice(2);
const [target, stateFile] = [join(dir, 'target'), join(dir, 'state.db')];

async function get(path: string): Promise<Uint8Array<ArrayBuffer>> {
  const exchange = { method: 'GET', headers: {}, timeoutMs: 60_000, maxBytes: 2 ** 30 } as const;
  const { status, body } = await httpExchange(`${url}/${path}`, exchange);
  if (status !== 200) throw new Error(`${path}: HTTP ${status}`);
  return body;
}

const fetcher: Fetcher = get;
/** A name's file has a line for each generation, the newest first. */
async function currentDigest(): Promise<string> {
  return Buffer.from(await get(`names/${NAME}`))
    .toString('latin1')
    .slice(0, 64);
}

function openCache(): ManifestCache {
  const publicKeys = [createPublicKey(readFileSync(join(dir, '../state/keys/site.pub')))];
  return openManifestCache({ dir: join(dir, 'manifests'), fetcher, publicKeys });
}

async function wantedTree(digest: string, cache: ManifestCache) {
  const { manifest } = await cache.read({ name: NAME, digest });
  const tree = mergeTree({ layers: [{ name: NAME, priority: manifest.priority, manifest }], defines: {} });
  return { tree, base: settledBase('', [{ name: NAME, digest, manifest }], tree) };
}

const modes: Record<string, () => Promise<void>> = {
  publish: async () => {
    const { privateKey } = await loadOrCreateSiteKey(join(dir, 'state'));
    const store = openStore(join(dir, 'store'));
    await publishTree({ store, name: NAME, tree: join(dir, 'tree'), kind: 'site', signingKey: privateKey });
  },
  cold: async () => {
    mkdirSync(target);
    await using threads = startLayThreads();
    const [digest, cache] = [await currentDigest(), openCache()];
    const { tree } = await wantedTree(digest, cache);
    await applyFull({ target, tree, fetcher, stateFile, threads });
    await cache.keep([{ name: NAME, digest }]);
  },
  nightly: async () => {
    const digest = await currentDigest();
    const isCurrent = (key: string) => key === digest;
    if (readSettled({ target, stateFile, isCurrent }) !== undefined) return;
    const [cache, manifests] = [openCache(), [{ name: NAME, digest }]];
    const update = await findUpdate({ target, stateFile }, { frame: '', manifests, cache, fetcher });
    const { base, ...wanted } =
      update === undefined ? { ...(await wantedTree(digest, cache)), fetcher } : { ...update, isUpdate: true };
    const { errors } = await applyPartial({ ...wanted, target, stateFile, settles: { key: digest, base } });
    if (errors.length > 0) throw new Error(errors.join('\n'));
    await cache.keep(manifests);
  },
  // As `gutinteg --check-only --contents` and `packagecheck` do where nothing is wrong.
  check: async () => {
    const digest = await currentDigest();
    const isCurrent = (key: string) => key === digest;
    const settled = readSettled({ target, stateFile, contents: true, isCurrent });
    if (settled === undefined) throw new Error('the target is not as published');
  },
  // Without a database each path is compared by its content.
  compare: async () => {
    const { tree } = await wantedTree(await currentDigest(), openCache());
    const result = await applyPartial({ target, tree, fetcher, stateFile: join(dir, 'none.db'), dryRun: true });
    if (result.changes.length + result.errors.length > 0) throw new Error('the target is not as published');
  },
};

await modes[mode]?.();
