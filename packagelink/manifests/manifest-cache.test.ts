import assert from 'node:assert/strict';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { directoryFetcher } from '../contents/fetch.ts';
import type { Fetcher } from '../contents/fetch.ts';
import { loadOrCreateSiteKey } from './keys.ts';
import { publishTree } from '../publish/publish.ts';
import { readManifest } from './read-manifest.ts';
import { readManifestDelta } from './read-manifest-delta.ts';
import { openStore } from '../store/store.ts';
import { openManifestCache } from './manifest-cache.ts';

const FILES = 60;

/** Three generations of a package of many files; each differs from the last in one of them. */
async function setUp(context: TestContext) {
  const dir = mkdtempSync(join(tmpdir(), 'manifest-cache-'));
  context.after(() => rmSync(dir, { recursive: true, force: true }));
  const [tree, cacheDir, store] = [join(dir, 'tree'), join(dir, 'cache'), openStore(join(dir, 'store'))];
  mkdirSync(join(tree, 'etc'), { recursive: true });
  for (let index = 0; index < FILES; index += 1) writeFileSync(join(tree, `etc/${index}`), `file ${index}\n`);
  const key = await loadOrCreateSiteKey(dir);
  const generations: string[] = [];
  for (const text of ['one', 'two', 'three']) {
    writeFileSync(join(tree, 'etc/7'), text);
    if (text === 'two') writeFileSync(join(tree, 'etc/new'), text);
    generations.push(
      (await publishTree({ store, name: 'site', tree, kind: 'site', signingKey: key.privateKey })).manifest,
    );
  }
  const fetched: string[] = [];
  const fetcher: Fetcher = async (path) => {
    fetched.push(path.split('/')[0] + (path.endsWith('.sig') ? '.sig' : ''));
    return await directoryFetcher(store.dir)(path);
  };
  const publicKeys = [key.publicKey];
  const update = async (generation: number, keys = publicKeys) => {
    fetched.length = 0;
    const digest = generations[generation] ?? '';
    const cache = openManifestCache({ dir: cacheDir, fetcher, publicKeys: keys });
    const { manifest, from } = await cache.read({ name: 'site', digest });
    await cache.keep([{ name: 'site', digest }]);
    assert.deepEqual(manifest, await readManifest(directoryFetcher(store.dir), digest, [key.publicKey]));
    return { from, fetched: fetched.toSorted() };
  };
  return { dir, store, cacheDir, generations, fetcher, publicKeys, update };
}

const WHOLE = { from: 'store', fetched: ['manifests', 'manifests.sig'] };
const BY_DELTA = { from: 'delta', fetched: ['deltas', 'manifests.sig'] };
const AT_HAND = { from: 'cache', fetched: [] };

test('update: whole, then nothing, then what has changed, over one generation or several', async (context) => {
  const { update, store, generations } = await setUp(context);
  assert.deepEqual(await update(0), WHOLE);
  assert.deepEqual(await update(0), AT_HAND);
  assert.deepEqual(await update(2), BY_DELTA);
  assert.deepEqual(await update(2), AT_HAND);
  const [first, second, third] = generations;
  assert.deepEqual(
    readdirSync(join(store.dir, 'deltas')).toSorted(),
    [`${first}-${second}`, `${first}-${third}`, `${second}-${third}`].toSorted(),
  );
});

test('update: a way back has no delta and is fetched whole', async (context) => {
  const { update } = await setUp(context);
  assert.deepEqual(await update(1), WHOLE);
  assert.deepEqual((await update(0)).from, 'store');
});

for (const [what, damage] of [
  ['gone', (file: string) => rmSync(file)],
  ['empty', (file: string) => writeFileSync(file, '')],
  ['cut short', (file: string) => writeFileSync(file, readFileSync(file).subarray(0, 120))],
  ['unsigned', (file: string) => writeFileSync(file, readFileSync(file).subarray(5))],
  ['other bytes', (file: string) => writeFileSync(file, readFileSync(file).fill(7, 100, 101))],
] as const) {
  test(`update: a delta that is ${what} costs a request, and nothing else`, async (context) => {
    const { update, store } = await setUp(context);
    await update(0);
    for (const name of readdirSync(join(store.dir, 'deltas'))) damage(join(store.dir, 'deltas', name));
    const { from, fetched } = await update(2);
    assert.deepEqual([from, fetched.includes('manifests')], ['store', true]);
    assert.deepEqual(await update(2), AT_HAND);
  });

  test(`update: a cache that is ${what} is not believed`, async (context) => {
    const { update, cacheDir } = await setUp(context);
    await update(0);
    for (const name of readdirSync(cacheDir)) damage(join(cacheDir, name));
    assert.deepEqual(await update(0), WHOLE);
  });
}

test('update: a delta that is signed, but leads elsewhere, is refused', async (context) => {
  const { store, generations, publicKeys } = await setUp(context);
  const [first = '', second = '', third = ''] = generations;
  const fetcher = directoryFetcher(store.dir);
  const manifest = await readManifest(fetcher, first, publicKeys);
  const other: Fetcher = async () => await fetcher(`deltas/${first}-${third}`);
  const asked = { fetcher: other, from: { digest: first, manifest }, to: second, publicKeys };
  await assert.rejects(readManifestDelta(asked), /is not signed by this site's keys/);
  // The right delta, applied to something else than what its name says.
  const wrong = { ...manifest, rawBytes: 0, entries: manifest.entries.slice(0, 20) };
  const lying = { fetcher, from: { digest: first, manifest: wrong }, to: second, publicKeys };
  await assert.rejects(readManifestDelta(lying), /(?:is not sound|faults?|comes to a manifest with SHA-256)/);
  const oneElse = manifest.entries.map((entry) => (entry.path === 'etc/9' ? { ...entry, uid: 1 } : entry));
  const sly = { fetcher, from: { digest: first, manifest: { ...manifest, entries: oneElse } }, to: second, publicKeys };
  await assert.rejects(readManifestDelta(sly), /comes to a manifest with SHA-256/);
});

test('update: a cache that another key has signed is not believed', async (context) => {
  const { update, dir, cacheDir, generations, fetcher } = await setUp(context);
  await update(0);
  const other = await loadOrCreateSiteKey(join(dir, 'other'));
  const cache = openManifestCache({ dir: cacheDir, fetcher, publicKeys: [other.publicKey] });
  const wanted = { name: 'site', digest: generations[0] ?? '' };
  await assert.rejects(cache.read(wanted), /is not signed by this site's keys/);
});

test('update: nothing is written or forgotten before it is to be kept', async (context) => {
  const { update, cacheDir, generations, fetcher, publicKeys } = await setUp(context);
  await update(0);
  writeFileSync(join(cacheDir, 'dropped~x'), 'x');
  const before = readdirSync(cacheDir).map((name) => [name, statSync(join(cacheDir, name)).ino]);
  const cache = openManifestCache({ dir: cacheDir, fetcher, publicKeys });
  const wanted = { name: 'site', digest: generations[1] ?? '' };
  await cache.read(wanted);
  assert.deepEqual(
    readdirSync(cacheDir).map((name) => [name, statSync(join(cacheDir, name)).ino]),
    before,
  );
  await cache.keep([wanted]);
  assert.deepEqual(readdirSync(cacheDir), [`site~${wanted.digest}`]);
  assert.equal((await cache.read(wanted)).from, 'cache');
});

test('update: a manifest under the name of another is not believed', async (context) => {
  const { update, cacheDir, generations } = await setUp(context);
  await update(0);
  const [first = '', second = ''] = generations;
  renameSync(join(cacheDir, `site~${first}`), join(cacheDir, `site~${second}`));
  assert.deepEqual(await update(1), WHOLE);
});
