// A store in a temporary directory, for tests. In: names and small contents. Out: digests. Never: shipped; only tests
// import it.
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { collectGarbage } from '../store/collect-garbage.ts';
import { directoryFetcher, fetchPack } from '../contents/fetch.ts';
import { loadOrCreateSiteKey } from '../manifests/keys.ts';
import { publishTree } from '../publish/publish.ts';
import { readManifest } from '../manifests/read-manifest.ts';
import { openStore } from '../store/store.ts';
import { verifyStore } from '../store/verify-store.ts';

/** What is not given is the strictest. */
type Rules = { keep?: number; graceDays?: number; held?: readonly string[]; dryRun?: boolean; laterMs?: number };

/** An empty store, and what can be done with it; all of it goes at the end of the block. */
export async function openStoreLab() {
  const dir = mkdtempSync(join(tmpdir(), 'collect-garbage-'));
  const store = openStore(join(dir, 'store'));
  const key = await loadOrCreateSiteKey(dir);
  const publish = async (name: string, contents: readonly number[]): Promise<string> => {
    const tree = join(dir, name);
    rmSync(tree, { recursive: true, force: true });
    mkdirSync(tree);
    for (const content of contents) writeFileSync(join(tree, `file${content}`), `content ${content}\n`.repeat(20));
    return (await publishTree({ store, name, tree, kind: 'site', signingKey: key.privateKey })).manifest;
  };
  const collect = async (rules: Rules) =>
    await collectGarbage({
      store,
      rules: { keepGenerations: rules.keep ?? 1, graceDays: rules.graceDays ?? 0 },
      held: () => new Set(rules.held ?? []),
      nowMs: Date.now() + 1000 + (rules.laterMs ?? 0),
      dryRun: rules.dryRun ?? false,
    });
  const readWhole = async (digest: string) => {
    const fetcher = directoryFetcher(store.dir);
    for (const pack of (await readManifest(fetcher, digest, [key.publicKey])).packs) await fetchPack(fetcher, pack);
  };
  const sizeOf = () =>
    ['manifests', 'packs', 'deltas']
      .flatMap((folder) =>
        readdirSync(join(store.dir, folder)).map((name) => statSync(join(store.dir, folder, name)).size),
      )
      .reduce((sum, size) => sum + size, 0);
  const verify = async () => await verifyStore({ store, publicKeys: [key.publicKey] });
  return {
    dir,
    store,
    key,
    publish,
    collect,
    readWhole,
    sizeOf,
    verify,
    [Symbol.dispose]: () => rmSync(dir, { recursive: true }),
  };
}
