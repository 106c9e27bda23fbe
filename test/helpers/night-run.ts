// Nightly runs in a process of its own, which may be killed: night-run.ts STORE KEY
// In: a JSON line for each run, {target, packages}. Out: one for each, {isUpdate, changes, errors}, or {thrown}.
import { createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { applyPartial } from '../../packagelink/partial/apply-partial.ts';
import { directoryFetcher } from '../../packagelink/contents/fetch.ts';
import { findUpdate, settledBase } from '../../packagelink/partial/find-update.ts';
import { openManifestCache } from '../../packagelink/manifests/manifest-cache.ts';
import type { ManifestRef } from '../../packagelink/manifests/manifest-cache.ts';
import { mergeTree } from '../../packagelink/merge/merge.ts';

export type NightRun = { readonly target: string; readonly packages: readonly ManifestRef[] };

/** Whether the run knew only what had changed, and how many paths it changed. */
export type Night =
  | { readonly isUpdate: boolean; readonly changes: number; readonly errors: readonly string[] }
  | { readonly thrown: string };

const [store = '', key = ''] = process.argv.slice(2);
const fetcher = directoryFetcher(store);

async function night({ target, packages }: NightRun): Promise<Night> {
  const state = join(target, 'var/lib/gutinteg');
  const comparing = { target, stateFile: join(state, 'packagelink.db') };
  const publicKeys = [createPublicKey(readFileSync(key))];
  const cache = openManifestCache({ dir: join(state, 'manifests'), fetcher, publicKeys });
  const wanted = { frame: 'same', manifests: packages, cache, fetcher };
  const update = await findUpdate(comparing, wanted);
  const { base, ...run } = update === undefined ? await readAll(cache, packages) : { ...update, isUpdate: true };
  const settles = { key: packages.map(({ digest }) => digest).join(' '), base };
  const { changes, errors } = await applyPartial({ ...comparing, massDelete: () => true, fetcher, ...run, settles });
  await cache.keep(packages);
  return { isUpdate: update !== undefined, changes: changes.length, errors };
}

async function readAll(cache: ReturnType<typeof openManifestCache>, packages: readonly ManifestRef[]) {
  const read = async (ref: ManifestRef) => ({ ...ref, manifest: (await cache.read(ref)).manifest });
  const layers = await Promise.all(packages.map(read));
  const defines = { HOSTNAME: 'underdog', VERSION: packages.map(({ digest }) => digest).join(' ') };
  const tree = mergeTree({
    layers: layers.map(({ name, manifest }) => ({ name, priority: manifest.priority, manifest })),
    defines,
  });
  return { tree, base: settledBase('same', layers, tree) };
}

if (import.meta.main) {
  for await (const line of createInterface(process.stdin)) {
    const result: Night = await night(JSON.parse(line) as NightRun).catch((error: unknown) => ({
      thrown: String(error),
    }));
    process.stdout.write(`${JSON.stringify(result)}\n`);
  }
}
