import assert from 'node:assert/strict';
import { readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { findManifest } from './find-manifest.ts';
import { openStoreLab } from '../testing/store-lab.ts';
import { pinManifest, unpinManifest } from './pins.ts';

test('gc: says to the byte what it frees, and a dry run removes nothing', async () => {
  using lab = await openStoreLab();
  await lab.publish('one', [1, 2]);
  await lab.publish('one', [3]);
  const before = lab.sizeOf();
  const planned = await lab.collect({ dryRun: true });
  assert.equal(lab.sizeOf(), before);
  const done = await lab.collect({});
  assert.deepEqual(done, planned);
  assert.deepEqual([before - lab.sizeOf(), done.removed.length, done.liveManifests], [done.freedBytes, 3, 1]);
  assert.equal((await lab.collect({})).freedBytes, 0);
});

test('gc: removes what a publisher that was cut off has left', async () => {
  using lab = await openStoreLab();
  await lab.publish('one', [1]);
  const left = [`packs/.${'a'.repeat(64)}.0123456789ab`, `packs/${'b'.repeat(64)}`, 'names/.one.0123456789ab'];
  for (const path of left) writeFileSync(join(lab.store.dir, path), 'x');
  writeFileSync(join(lab.store.dir, 'packs/README'), 'not ours');
  assert.deepEqual((await lab.verify()).leftovers.toSorted(), [...left, 'packs/README'].toSorted());
  assert.deepEqual((await lab.collect({})).removed.toSorted(), left.toSorted());
  assert.deepEqual((await lab.verify()).leftovers, ['packs/README']);
});

for (const [what, damage] of [
  ['missing', (file: string) => rmSync(file)],
  ['damaged', (file: string) => writeFileSync(file, 'x')],
] as const) {
  test(`gc: removes nothing when a current manifest is ${what}`, async () => {
    using lab = await openStoreLab();
    await lab.publish('one', [1, 2]);
    damage(join(lab.store.dir, 'manifests', await lab.publish('one', [3])));
    const before = lab.sizeOf();
    await assert.rejects(lab.collect({}), /lives and (?:is missing|cannot be read).*nothing was removed/);
    assert.equal(lab.sizeOf(), before);
  });
}

test('gc: a damaged manifest that nobody needs stops nothing', async () => {
  using lab = await openStoreLab();
  writeFileSync(join(lab.store.dir, 'manifests', await lab.publish('one', [1])), 'x');
  const now = await lab.publish('one', [3]);
  assert.equal((await lab.collect({ graceDays: 7 })).liveManifests, 2);
  await lab.readWhole(now);
});

test('gc: what is unpinned goes, and is then said to be gone', async () => {
  using lab = await openStoreLab();
  const first = await lab.publish('one', [1]);
  await lab.publish('one', [2]);
  await pinManifest(lab.store, { digest: first, reason: 'kept for lab01' });
  await lab.collect({});
  assert.equal(await findManifest(lab.store, 'one@~1'), first);
  await unpinManifest(lab.store, first);
  await lab.collect({});
  await assert.rejects(findManifest(lab.store, 'one@~1'), /one@~1, manifest [0-9a-f]+, is no longer in the store/);
});

test('a generation is named by its package, by steps back, or by the beginning of its digest', async () => {
  using lab = await openStoreLab();
  const first = await lab.publish('one', [1]);
  const second = await lab.publish('one', [2]);
  for (const [text, digest] of [
    ['one', second],
    ['one@~0', second],
    ['one@~1', first],
    [first, first],
    [first.slice(0, 8), first],
  ] as const) {
    assert.equal(await findManifest(lab.store, text), digest, text);
  }
  for (const [text, message] of [
    ['one@~2', /one has had only 2 generations/],
    ['two', /no package, and no manifest, in the store that 'two' could mean/],
    ['../names/one', /could mean/],
    ['0'.repeat(64), /could mean/],
  ] as const) {
    await assert.rejects(findManifest(lab.store, text), message);
  }
});

test('verify: names each thing that is wrong', async () => {
  using lab = await openStoreLab();
  await lab.publish('one', [1, 2, 3]);
  const [pack = ''] = readdirSync(join(lab.store.dir, 'packs'));
  const second = await lab.publish('two', [4]);
  const third = await lab.publish('three', [5]);
  const { size } = statSync(join(lab.store.dir, 'packs', pack));
  writeFileSync(join(lab.store.dir, 'packs', pack), Buffer.alloc(size));
  rmSync(join(lab.store.dir, 'manifests', second));
  writeFileSync(join(lab.store.dir, 'manifests', `${third}.sig`), 'x');
  writeFileSync(join(lab.store.dir, 'names', 'four'), 'not a digest\n');
  const { faults } = await lab.verify();
  assert.deepEqual(
    faults.map(({ where }) => where).toSorted(),
    [`packs/${pack}`, 'names/two', `manifests/${third}`, 'names/four'].toSorted(),
  );
  const text = faults.map(({ message }) => message).join('\n');
  for (const part of [/wrong bytes/, /stands for manifest/, /is not signed/, /holds no digests/])
    assert.match(text, part);
});
