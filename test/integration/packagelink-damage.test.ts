// Bytes that are not what was written: state databases, manifests, signatures and packs with some of them changed. What
// is damaged is refused before anything is written; what cannot be told from a sound database harms nothing.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { seededRandom } from '../helpers/seeded-random.ts';
import { FaultsError, UserError } from '../../lib/errors.ts';
import { directoryFetcher } from '../../packagelink/contents/fetch.ts';
import type { Fetcher } from '../../packagelink/contents/fetch.ts';
import { readManifest } from '../../packagelink/manifests/read-manifest.ts';
import {
  differences,
  fingerprint,
  full,
  partial,
  publishImage,
  put,
  STATE,
  wholeTree,
  withLab,
} from './packagelink-lab.ts';
import type { Lab } from './packagelink-lab.ts';
import { howMany } from '../helpers/how-many.ts';

const TRIALS = howMany({ few: 50, all: 150 });

function randomFrom(seed: string): (below: number) => number {
  const random = seededRandom(seed);
  return (below) => Math.floor(random() * below);
}

/** Changes up to eight bytes, or cuts the end off, or puts noise in the middle. */
function damage(bytes: Uint8Array<ArrayBuffer>, random: (below: number) => number): Uint8Array<ArrayBuffer> {
  const kind = random(4);
  if (kind === 0) return bytes.slice(0, random(bytes.length));
  const damaged = bytes.slice();
  const count = kind === 1 ? 512 : 1 + random(8);
  const start = random(bytes.length);
  for (let index = 0; index < count; index += 1) {
    const place = kind === 1 ? (start + index) % bytes.length : random(bytes.length);
    damaged[place] = ((damaged[place] ?? 0) + 1 + random(255)) % 256;
  }
  return damaged;
}

async function withForeignFiles(lab: Lab): Promise<Map<string, string>> {
  await full(lab, await wholeTree(lab));
  const foreign = new Map([
    ['etc/foreign', 'foreign'],
    ['srv/data', 'data'],
    ['usr/local/bin/own', 'own'],
  ]);
  for (const [path, text] of foreign) put(lab.target, path, text);
  return foreign;
}

test(`${TRIALS} damaged state databases: refused with nothing written, or right in the end; foreign files stay`, async (t) => {
  await withLab('/dev/shm', async (lab) => {
    const foreign = await withForeignFiles(lab);
    const stateFile = join(lab.target, STATE);
    put(lab.site, 'etc/issue', 'next\n');
    rmSync(join(lab.site, 'usr'), { recursive: true });
    const tree = await wholeTree(lab);
    const sound = new Uint8Array(readFileSync(stateFile));
    const random = randomFrom('state databases');
    let refused = 0;
    for (let trial = 0; trial < TRIALS; trial += 1) {
      writeFileSync(stateFile, damage(sound, random));
      const before = fingerprint(lab.target);
      try {
        await partial(lab, tree, { massDelete: () => true });
      } catch (error) {
        refused += 1;
        assert(error instanceof UserError || error instanceof FaultsError, `trial ${trial}: ${String(error)}`);
        assert.equal(fingerprint(lab.target), before, `trial ${trial}: ${error.message}`);
      }
      for (const [path, text] of foreign)
        assert.equal(readFileSync(join(lab.target, path), 'utf8'), text, `trial ${trial}: ${path}`);
      rmSync(stateFile);
      rmSync(`${stateFile}-journal`, { force: true });
      assert.deepEqual((await partial(lab, tree)).errors, [], `trial ${trial}`);
    }
    t.diagnostic(`${refused} of ${TRIALS} refused`);
    assert(refused > 0 && refused < TRIALS);
  });
});

test(`${TRIALS} damaged manifests, signatures and packs: refused, none of their bytes written`, async (t) => {
  await withLab('/dev/shm', async (lab) => {
    const { manifest } = await publishImage(lab);
    const tree = await wholeTree(lab);
    const reference = join(lab.dir, 'reference');
    mkdirSync(reference);
    await full({ ...lab, target: reference }, tree);
    const sound = directoryFetcher(lab.store.dir);
    const random = randomFrom('manifests and packs');
    const counts = { manifests: 0, packs: 0 };
    for (let trial = 0; trial < TRIALS; trial += 1) {
      const folder = trial % 2 === 0 ? 'manifests' : 'packs';
      const names = readdirSync(join(lab.store.dir, folder)).filter(
        (name) => folder === 'packs' || name.startsWith(manifest),
      );
      const victim = `${folder}/${names[random(names.length)] ?? ''}`;
      const fetcher: Fetcher = async (path) =>
        path === victim ? damage(await sound(path), random) : await sound(path);
      const what = `trial ${trial}: ${victim}`;
      counts[folder] += 1;
      if (folder === 'manifests') {
        await assert.rejects(readManifest(fetcher, manifest, [lab.key.publicKey]), UserError, what);
        continue;
      }
      const { errors } = await partial({ ...lab, fetcher }, tree);
      assert(errors.length > 0, what);
      assert.deepEqual(differences(reference, lab.target, '--existing', '--no-times'), [], what);
      for (const name of readdirSync(lab.target)) rmSync(join(lab.target, name), { recursive: true });
    }
    t.diagnostic(`${counts.manifests} manifests and signatures, ${counts.packs} packs`);
  });
});
