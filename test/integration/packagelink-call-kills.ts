// Nightly runs, killed at single system calls, or with one that fails: strace sees those of SQLite and of every thread, too.
// Afterwards each path is old or new and SQLite finds its database whole; the next run ends it, and the one after that has
// nothing to do.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { ManifestRef } from '../../packagelink/manifests/manifest-cache.ts';
import { FaultyProgram } from '../helpers/faulty-program.ts';
import type { Night, NightRun } from '../helpers/night-run.ts';
import { seededRandom } from '../helpers/seeded-random.ts';
import { STATE, publishImage, publishSite, put, rowsOf, withLab } from './packagelink-lab.ts';
import type { Lab } from './packagelink-lab.ts';
import { assertOldOrNew, copyTree, look, putFirst, putNext } from './packagelink-updates.ts';

/** What the site's second generation is, by the run that brings it. */
export const NIGHTS = {
  'that reads everything': { isUpdate: false, change: putNext },
  'by what has changed': {
    isUpdate: true,
    change: ({ site }: Lab) => {
      for (let count = 0; count < 8; count += 1) put(site, `srv/a${count}`, `next ${count} ${'x'.repeat(3000)}`);
      put(site, 'srv/a11', 'old 11', 0o755);
    },
  },
} as const;

const LANES = 2;
// As many, because a delta is only made when it is smaller than half of the manifest.
const OTHER_FILES = 100;

/** Calls that change a file system; of those that open, the ones that do. */
const CHANGING =
  'openat pwrite64 write fsync fdatasync syncfs ftruncate fallocate rename renameat2 unlink unlinkat link linkat symlink ' +
  'symlinkat mkdir mkdirat rmdir chmod fchmod fchmodat chown fchown lchown fchownat utimensat lsetxattr fsetxattr';

/** One call of a thread: the `nth` of that name. */
type Moment = { readonly name: string; readonly nth: number; readonly isOfDatabase: boolean };

type Runner = FaultyProgram<NightRun, Night>;
type Start = (under?: readonly string[]) => Runner;

/** The moments of a run below the target, by the log of `strace -f -y`. */
function readMoments(log: string, target: string): Moment[] {
  const counts = new Map<string, number>();
  return log.split('\n').flatMap((line): Moment[] => {
    const [, thread, name] = /^(\d+) +(\w+)\(/.exec(line) ?? [];
    if (thread === undefined || name === undefined) return [];
    const nth = (counts.get(`${thread} ${name}`) ?? 0) + 1;
    counts.set(`${thread} ${name}`, nth);
    const changes = name !== 'openat' || /O_(?:WRONLY|RDWR|CREAT)/.test(line);
    return changes && line.includes(target) ? [{ name, nth, isOfDatabase: line.includes(`${target}/${STATE}`) }] : [];
  });
}

async function findMoments(start: Start, run: NightRun, isUpdate: boolean): Promise<Moment[]> {
  const dir = mkdtempSync(join(tmpdir(), 'packagelink-strace-'));
  try {
    const log = join(dir, 'log');
    const trace = ['-e', `trace=${CHANGING.replaceAll(' ', ',')}`, '-o', log];
    // strace writes the last of its log when it ends.
    {
      await using traced = start(['strace', '-f', '-y', '-qq', ...trace]);
      const night = await traced.run(run);
      assert(night !== undefined && 'changes' in night && night.errors.length === 0, JSON.stringify(night));
      assert.equal(night.isUpdate, isUpdate);
      assert(night.changes > 0);
    }
    return readMoments(readFileSync(log, 'utf8'), run.target);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** SIGKILL on entering a call; or the call is not made, and fails. */
type CallFault = 'SIGKILL' | 'EIO' | 'ENOSPC';

function faultAt({ name, nth }: Moment, fault: CallFault): string[] {
  const inject = `inject=${name}:${fault === 'SIGKILL' ? 'signal' : 'error'}=${fault}:when=${nth}`;
  return ['strace', '-f', '-qq', '-o', '/dev/null', '-e', `trace=${name}`, '-e', inject];
}

/** After SQLite has rolled back what was cut off. */
function readSoundRows(target: string): unknown[] {
  using database = new DatabaseSync(join(target, STATE));
  assert.deepEqual(database.prepare('PRAGMA integrity_check').all().map(Object.values), [['ok']]);
  return rowsOf(target);
}

async function assertEnds(runner: Runner, run: NightRun, expected: { what: string; changes?: number }): Promise<void> {
  const night = await runner.run(run);
  assert(night !== undefined && 'errors' in night, `${expected.what}: ${JSON.stringify(night)}`);
  assert.deepEqual(night.errors, [], expected.what);
  if (expected.changes !== undefined) assert.equal(night.changes, expected.changes, expected.what);
}

type Faults = { readonly seed: number; readonly count: number; readonly fault: CallFault };

export type Disturbed = {
  /** Calls among which the moments were chosen. */
  readonly calls: number;
  /** Runs that were killed, or that said that something failed, at a call that SQLite made. */
  readonly ofDatabase: number;
  /** Runs that came to a good end all the same: which thread does what is not always the same. */
  readonly survived: number;
};

/**
 * Disturbs `count` runs at seeded calls: kills at any, errors at those of the database.
 * @throws AssertionError when what one leaves is not sound, or when one says nothing of what is not done
 */
export async function disturbNights(kind: keyof typeof NIGHTS, { seed, count, fault }: Faults): Promise<Disturbed> {
  return await withLab('/dev/shm', async (lab) => {
    const start: Start = (under) =>
      new FaultyProgram('night-run.ts', [lab.store.dir, join(lab.dir, 'state/keys/site.pub')], under);
    const { isUpdate, change } = NIGHTS[kind];
    const publish = async (): Promise<ManifestRef[]> => [
      { name: 'os', digest: (await publishImage(lab)).manifest },
      { name: 'site', digest: (await publishSite(lab)).manifest },
    ];
    putFirst(lab);
    for (let index = 0; index < OTHER_FILES; index += 1) put(lab.site, `srv/many/${index}`, `${index}\n`);
    const first = await publish();
    change(lab);
    const next = await publish();
    await using runner = start();
    await assertEnds(runner, { target: lab.target, packages: first }, { what: 'the first generation' });
    const before = look(lab.target);

    // A copy's files have other inodes: a run that finds nothing to do takes note of them.
    const prepare = async (own: Runner, name: string): Promise<string> => {
      const target = join(lab.dir, name);
      copyTree(lab.target, target);
      await assertEnds(own, { target, packages: first }, { what: 'a copy', changes: 0 });
      return target;
    };
    const undisturbed = { target: await prepare(runner, 'undisturbed'), packages: next };
    const all = await findMoments(start, undisturbed, isUpdate);
    const moments = fault === 'SIGKILL' ? all : all.filter(({ isOfDatabase }) => isOfDatabase);
    const [after, rows] = [look(undisturbed.target), readSoundRows(undisturbed.target)];

    const random = seededRandom(String(seed));
    const chosen = Array.from({ length: count }, () => moments[Math.floor(random() * moments.length)]).values();
    let [survived, ofDatabase] = [0, 0];
    const lane = async (number: number): Promise<void> => {
      await using sound = start();
      for (const moment of chosen) {
        assert(moment !== undefined, 'strace saw no call');
        const target = await prepare(sound, `lane-${number}`);
        const run = { target, packages: next };
        await using faulty = start(faultAt(moment, fault));
        const what = `${fault} at ${moment.name} ${moment.nth}, seed ${seed}`;
        const night = await faulty.run(run);
        const isDone = night !== undefined && 'errors' in night && night.errors.length === 0;
        if (isDone) survived += 1;
        else if (moment.isOfDatabase) ofDatabase += 1;
        assertOldOrNew({ target, before, after }, what);
        const left = readSoundRows(target);
        if (isDone) assert.deepEqual([look(target), left], [after, rows], `${what}: nobody was told`);
        await assertEnds(sound, run, { what });
        assert.deepEqual(look(target), after, what);
        assert.deepEqual(readSoundRows(target), rows, what);
        await assertEnds(sound, run, { what: `${what}, and once more`, changes: 0 });
      }
    };
    await Promise.all(Array.from({ length: LANES }, async (_, number) => await lane(number)));
    return { calls: moments.length, ofDatabase, survived };
  });
}
