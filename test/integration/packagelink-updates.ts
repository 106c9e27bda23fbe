// Updates that are cut off or fail at any step: afterwards each path is old or new, and the next run ends as if nothing
// had happened. What is on the target is read by a walk of its own, not by what wrote it.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { lstatSync, readdirSync, readFileSync, readlinkSync, rmSync, symlinkSync } from 'node:fs';
import { linkSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { full, layerOf, publishImage, publishSite, put, withLab } from './packagelink-lab.ts';
import type { Fault } from '../helpers/faults.ts';
import { FaultyProgram } from '../helpers/faulty-program.ts';
import { seededRandom } from '../helpers/seeded-random.ts';
import type { Lab } from './packagelink-lab.ts';
import { mergeTree } from '../../packagelink/merge/merge.ts';

const LANES = 2;

/** Every path with type, mode, owner and content; what stands below the state directory is our own. */
export function look(root: string, dir = ''): Map<string, string> {
  const found = new Map<string, string>();
  for (const name of readdirSync(join(root, dir))) {
    const path = dir === '' ? name : `${dir}/${name}`;
    if (path === 'var/lib/gutinteg') continue;
    const stat = lstatSync(join(root, path));
    const about = `${(stat.mode & 0o177777).toString(8)} ${stat.uid}:${stat.gid}`;
    if (stat.isDirectory()) {
      found.set(path, about);
      for (const [below, text] of look(root, path)) found.set(below, text);
    } else if (stat.isSymbolicLink()) found.set(path, `link ${readlinkSync(join(root, path))}`);
    else
      found.set(
        path,
        `${about} ${createHash('sha256')
          .update(readFileSync(join(root, path)))
          .digest('hex')}`,
      );
  }
  return found;
}

const isTemporary = (path: string): boolean => path.split('/').some((name) => name.startsWith('.gutinteg-'));

type Updater = FaultyProgram<{ readonly target: string; readonly fault: Fault }>;

function updater(lab: Lab, digests: readonly string[]): Updater {
  return new FaultyProgram('update-target.ts', [lab.store.dir, join(lab.dir, 'state/keys/site.pub'), ...digests]);
}

const NO_FAULT: Fault = { kind: 'none', at: 0 };

/** What the site has at first. */
export function putFirst({ site }: Lab): void {
  for (let count = 0; count < 12; count += 1) put(site, `srv/a${count}`, `old ${count}`);
  put(site, 'srv/dropped/one', '1');
  put(site, 'srv/kind/file', 'a directory that becomes a file');
  put(site, 'srv/turned', 'a file that becomes a link');
}

/** And then: files new, changed, dropped, turned into links and directories; a template; hard links. */
export function putNext({ site }: Lab): void {
  for (let count = 0; count < 8; count += 1) put(site, `srv/a${count}`, `next ${count} ${'x'.repeat(3000)}`);
  put(site, 'srv/a11', 'old 11', 0o755);
  for (const path of ['srv/dropped', 'srv/kind', 'srv/turned']) rmSync(join(site, path), { recursive: true });
  put(site, 'srv/kind', 'a file where a directory was');
  put(site, 'srv/new/deep/file', 'new');
  put(site, 'srv/version.plprocess', '##VERSION##\n');
  linkSync(join(site, 'srv/a1'), join(site, 'srv/new/linked'));
  symlinkSync('new', join(site, 'srv/turned'));
}

/** The first is laid down, the next is published. */
async function twoGenerations(lab: Lab): Promise<{ next: string[] }> {
  putFirst(lab);
  const image = (await publishImage(lab)).manifest;
  const old = [image, (await publishSite(lab)).manifest];
  const layers = [await layerOf(lab, 'os', image), await layerOf(lab, 'site', old[1] ?? '')];
  await full(lab, mergeTree({ layers, defines: { HOSTNAME: 'underdog', VERSION: old.join(' ') } }));
  putNext(lab);
  return { next: [image, (await publishSite(lab)).manifest] };
}

/** What the run ends with when nothing goes wrong, and how many calls it makes. */
async function undisturbed(lab: Lab, next: readonly string[]): Promise<{ result: Map<string, string>; calls: number }> {
  const target = join(lab.dir, 'undisturbed');
  copyTree(lab.target, target);
  await using sound = updater(lab, next);
  const outcome = await sound.run({ target, fault: NO_FAULT });
  assert.deepEqual(outcome?.errors, []);
  return { result: look(target), calls: outcome?.calls ?? 0 };
}

export function copyTree(from: string, to: string): void {
  rmSync(to, { recursive: true, force: true });
  execFileSync('cp', ['-a', '--', from, to]);
}

export type Trial = {
  readonly target: string;
  readonly before: ReadonlyMap<string, string>;
  readonly after: ReadonlyMap<string, string>;
};

export function assertOldOrNew({ target, before, after }: Trial, what: string): void {
  const now = look(target);
  for (const path of new Set([...now.keys(), ...before.keys(), ...after.keys()])) {
    if (isTemporary(path)) continue;
    const found = now.get(path);
    const isFine = found === before.get(path) || found === after.get(path);
    // A new directory gets its mode last.
    const isOnTheWay =
      before.get(path) === undefined && after.get(path)?.startsWith('4') && found?.startsWith('40700 ');
    assert(isFine || isOnTheWay, `${what}: ${path} is ${found}, neither ${before.get(path)} nor ${after.get(path)}`);
  }
}

async function assertConverges({ target, after }: Trial, sound: Updater, what: string): Promise<void> {
  assert.deepEqual((await sound.run({ target, fault: NO_FAULT }))?.errors, [], what);
  assert.deepEqual(look(target), after, what);
}

/** A seeded order of moments. */
function momentsOf(seed: number, count: number, limit: number): number[] {
  const random = seededRandom(String(seed));
  return Array.from({ length: count }, () => 1 + Math.floor(random() * limit));
}

type Attempt = (trial: Trial, updaters: { faulty: Updater; sound: Updater }, fault: Fault) => Promise<void>;

/** Each fault on a copy of the old target of its own; two at a time. */
async function tryAll(lab: Lab, chooseFaults: (calls: number) => Fault[], attempt: Attempt): Promise<number> {
  const { next } = await twoGenerations(lab);
  const before = look(lab.target);
  const { result: after, calls } = await undisturbed(lab, next);
  const faults = chooseFaults(calls).values();
  const lane = async (number: number): Promise<void> => {
    await using faulty = updater(lab, next);
    await using sound = updater(lab, next);
    const target = join(lab.dir, `lane-${number}`);
    for (const fault of faults) {
      copyTree(lab.target, target);
      await attempt({ target, before, after }, { faulty, sound }, fault);
    }
  };
  await Promise.all(Array.from({ length: LANES }, async (_, number) => await lane(number)));
  return calls;
}

/** Kills an update at `count` seeded calls; answers how many calls one makes. @throws AssertionError when one is not sound */
export async function killUpdates({ seed, count }: { seed: number; count: number }): Promise<number> {
  return await withLab('/dev/shm', async (lab) => {
    const choose = (calls: number): Fault[] => momentsOf(seed, count, calls).map((at) => ({ kind: 'kill', at }));
    return await tryAll(lab, choose, async (trial, { faulty, sound }, fault) => {
      const what = `killed at call ${fault.at}, seed ${seed}`;
      assert.equal(await faulty.run({ target: trial.target, fault }), undefined, `${what}: it was not`);
      assertOldOrNew(trial, what);
      await assertConverges(trial, sound, what);
    });
  });
}

/** Lets each call of an update fail once; answers how many there are. @throws AssertionError when one is not sound */
export async function failUpdates(kind: 'EIO' | 'ENOSPC'): Promise<number> {
  return await withLab('/dev/shm', async (lab) => {
    const choose = (calls: number): Fault[] => Array.from({ length: calls }, (_, index) => ({ kind, at: index + 1 }));
    return await tryAll(lab, choose, async (trial, { faulty, sound }, fault) => {
      const what = `${kind} at call ${fault.at}`;
      const outcome = await faulty.run({ target: trial.target, fault });
      assertOldOrNew(trial, what);
      const isSaid = outcome?.thrown !== undefined || outcome?.errors?.length !== 0;
      if (!isSaid) assert.deepEqual(look(trial.target), trial.after, `${what}: nobody was told`);
      await assertConverges(trial, sound, what);
    });
  });
}
