// The store under what happens to stores: collections in any order, publishers that are killed, a foreign HTTP server.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import * as fc from 'fast-check';
import { createClient } from '../../contract/client.ts';
import { describeError } from '../../lib/errors.ts';
import { runCommand } from '../../lib/run-command.ts';
import { fetchPack } from '../../packagelink/contents/fetch.ts';
import type { Fetcher } from '../../packagelink/contents/fetch.ts';
import { loadOrCreateSiteKey } from '../../packagelink/manifests/keys.ts';
import { openManifestCache } from '../../packagelink/manifests/manifest-cache.ts';
import { listPins, pinManifest } from '../../packagelink/store/pins.ts';
import { publishTree } from '../../packagelink/publish/publish.ts';
import { readManifest } from '../../packagelink/manifests/read-manifest.ts';
import { openStore, readGenerations, readName } from '../../packagelink/store/store.ts';
import { openStoreLab } from '../../packagelink/testing/store-lab.ts';
import { verifyStore } from '../../packagelink/store/verify-store.ts';
import { freePort, startNginx } from '../helpers/nginx.ts';
import { seededRandom } from '../helpers/seeded-random.ts';
import { howMany } from '../helpers/how-many.ts';

const DAY_MS = 86_400_000;
const names = ['one', 'two'] as const;
const step = fc.oneof(
  fc.record({
    do: fc.constant('publish' as const),
    name: fc.constantFrom(...names),
    contents: fc
      .uniqueArray(fc.nat(5), { minLength: 1, maxLength: 4 })
      .map((all) => all.toSorted((left, right) => left - right)),
  }),
  fc.record({
    do: fc.constant('gc' as const),
    keep: fc.integer({ min: 1, max: 3 }),
    graceDays: fc.constantFrom(0, 7),
    laterMs: fc.constantFrom(0, 8 * DAY_MS),
  }),
  fc.record({ do: fc.constantFrom('pin' as const, 'hold' as const), name: fc.constantFrom(...names) }),
);

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

test('gc: whatever is published, pinned and collected, all that lives is whole, and nothing else stays', async () => {
  const run = async (steps: Step[]) => {
    using lab = await openStoreLab();
    const held: string[] = [];
    // What a stricter collection has taken is not wanted back.
    const taken = new Set<string>();
    for (const one of steps) {
      if (one.do === 'publish') taken.delete(await lab.publish(one.name, one.contents));
      else if (one.do === 'gc') {
        await lab.collect({ ...one, held });
        const histories = await Promise.all(names.map(async (name) => await readGenerations(lab.store, name)));
        const isStrict = one.graceDays === 0 || one.laterMs > 0;
        const pinned = (await listPins(lab.store)).map(({ digest }) => digest);
        const kept = histories.flatMap((history) => (isStrict ? history.slice(0, one.keep) : history));
        const live = new Set([...held, ...pinned, ...kept.map(({ digest }) => digest)]);
        for (const { digest } of histories.flat()) if (!live.has(digest)) taken.add(digest);
        for (const digest of live) if (!taken.has(digest)) await lab.readWhole(digest);
        const { faults, leftovers, manifests } = await lab.verify();
        assert.deepEqual([faults, leftovers], [[], []]);
        if (isStrict) assert.ok(manifests <= live.size, `${manifests} manifests, but ${live.size} live`);
      } else {
        const [newest] = await readGenerations(lab.store, one.name);
        if (newest === undefined) continue;
        if (one.do === 'hold') held.push(newest.digest);
        else await pinManifest(lab.store, { digest: newest.digest, reason: 'test' });
      }
    }
  };
  await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 12 }), run), {
    numRuns: howMany({ few: 10, all: 50 }),
  });
});

const KILLS = 25;
const node = join(import.meta.dirname, '../../bin/node');
const publisher = join(import.meta.dirname, '../helpers/publish-with-kill.ts');

test(`publish: killed at ${KILLS} moments: the last generation is current, all is sound, the next publish works`, async (context) => {
  const dir = mkdtempSync(join(tmpdir(), 'publish-kill-'));
  context.after(() => rmSync(dir, { recursive: true, force: true }));
  const key = await loadOrCreateSiteKey(dir);
  const [tree, ready] = [join(dir, 'tree'), openStore(join(dir, 'ready'))];
  const publish = async (storeDir: string, at: number) => {
    const argv = ['--disable-warning=ExperimentalWarning', publisher, storeDir, tree, dir, String(at)];
    const child = spawn(node, argv, { stdio: ['ignore', 'pipe', 'inherit'] });
    const [said, [exitCode, signal]] = await Promise.all([text(child.stdout), once(child, 'close')]);
    assert.deepEqual([exitCode, signal], at === 0 ? [0, null] : [null, 'SIGKILL'], `call ${at}`);
    return Number(said);
  };
  const random = seededRandom('publish-kill');
  const fill = (generation: number) => {
    for (let index = 0; index < 120; index += 1) {
      if (generation > 0 && random() < 0.9) continue;
      const bytes = Buffer.alloc(40_000, `${generation} ${index} ${random()}`);
      writeFileSync(join(tree, `etc/${index}`), bytes);
    }
  };
  mkdirSync(join(tree, 'etc'), { recursive: true });
  fill(0);
  await publish(ready.dir, 0);
  fill(1);
  await publish(ready.dir, 0);
  const before = (await readName(ready, 'site')) ?? '';
  fill(2);
  const whole = join(dir, 'whole');
  cpSync(ready.dir, whole, { recursive: true });
  const calls = await publish(whole, 0);
  const after = (await readName({ dir: whole }, 'site')) ?? '';
  assert.ok(calls >= 15 && before !== after, `${calls} calls`);
  const seen = new Set<string>();
  for (let kill = 0; kill < KILLS; kill += 1) {
    const store = { dir: join(dir, 'store') };
    rmSync(store.dir, { recursive: true, force: true });
    cpSync(ready.dir, store.dir, { recursive: true });
    const at = kill < calls ? kill + 1 : 1 + Math.floor(random() * calls);
    await publish(store.dir, at);
    const current = await readName(store, 'site');
    assert.ok(current === before || current === after, `call ${at}: ${current}`);
    seen.add(current ?? '');
    const { faults } = await verifyStore({ store, publicKeys: [key.publicKey] });
    assert.deepEqual(faults, [], `call ${at}`);
    const next = await publishTree({ store, name: 'site', tree, kind: 'site', signingKey: key.privateKey });
    assert.equal(next.manifest, after);
    assert.deepEqual((await verifyStore({ store, publicKeys: [key.publicKey] })).faults, []);
  }
  assert.ok(seen.has(before), 'no kill came before the name moved');
});

/** @returns its URL */
async function serveByNginx(context: TestContext, root: string): Promise<string> {
  const port = await freePort();
  const nginx = await startNginx(
    port,
    () => `server { listen 127.0.0.1:${port}; location /store/ { alias ${root}/; } }`,
  );
  context.after(nginx.stop);
  const url = `http://127.0.0.1:${port}`;
  assert.match((await runCommand(['curl', '--silent', '--head', url])).stdout, /^Server: nginx/m);
  return url;
}

test('nginx serves the store: whole, by deltas, after a collection; what is garbled or cut short is refused', async (context) => {
  using lab = await openStoreLab();
  const many = Array.from({ length: 300 }, (_, index) => index);
  const first = await lab.publish('site', many);
  const url = await serveByNginx(context, lab.store.dir);
  const { storeFile: fetcher } = createClient({ serverUrl: url, publicKeys: [], patienceMs: 5000 }) as {
    storeFile: Fetcher;
  };
  const publicKeys = [lab.key.publicKey];
  const install = async (digest: string) => {
    const { packs, entries } = await readManifest(fetcher, digest, publicKeys);
    for (const pack of packs) await fetchPack(fetcher, pack);
    return entries.length;
  };
  assert.equal(await install(first), 300);
  const cache = openManifestCache({ dir: join(lab.dir, 'cache'), fetcher, publicKeys });
  const update = async (digest: string) => {
    const { from } = await cache.read({ name: 'site', digest });
    await cache.keep([{ name: 'site', digest }]);
    return from;
  };
  assert.equal(await update(first), 'store');
  const second = await lab.publish('site', [...many, 999]);
  assert.equal(await update(second), 'delta');
  assert.equal(await update(second), 'cache');
  await lab.collect({});
  await assert.rejects(install(first), (error) => /answered 404/.test(describeError(error)));
  assert.equal(await install(second), 301);

  const [pack = ''] = readdirSync(join(lab.store.dir, 'packs'));
  for (const [path, message] of [
    [`packs/${pack}`, /packs\/[0-9a-f]{64}: wrong bytes/],
    [`manifests/${second}`, /manifests\/[0-9a-f]{64}: wrong bytes/],
    [`manifests/${second}.sig`, /is not signed by this site's keys/],
  ] as const) {
    const file = join(lab.store.dir, path);
    const right = readFileSync(file);
    for (const wrong of [right.subarray(0, right.length / 2), Buffer.from(right).fill(0x41, 10, 12), Buffer.alloc(0)]) {
      writeFileSync(file, wrong);
      await assert.rejects(install(second), message, `${path}, ${wrong.length} of ${right.length} bytes`);
    }
    writeFileSync(file, right);
  }
  assert.equal(await install(second), 301);
});
