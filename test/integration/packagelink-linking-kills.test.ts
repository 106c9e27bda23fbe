// packagelink and packageunlink, killed at any step: each path is as before or as wanted, the same command again ends it,
// and what stood there before any package still comes back in the end. Read by find and sha256sum.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Fault } from '../helpers/faults.ts';
import { FaultyProgram } from '../helpers/faulty-program.ts';
import type { LinkStep } from '../helpers/link-with-fault.ts';
import { seededRandom } from '../helpers/seeded-random.ts';
import { makeTree, walk, withDirectory } from './packagelink-linking-lab.ts';
import type { Description, Node } from './packagelink-linking-lab.ts';
import { howMany } from '../helpers/how-many.ts';

const KILLS = howMany({ few: 5, all: 50 });
const SEED = '20261126';
const NO_FAULT: Fault = { kind: 'none', at: 0 };

const file = (text: string, mode = 0o644, uid = 0): Node => ({ type: 'file', text, mode, uid, time: 1_600_000_000 });

/** What somebody had there, and two packages over it, the second over the first. */
const foreign: Description = { 'etc/own': file('own', 0o600, 7), 'etc/motd': file('mine', 0o640, 7), conf: file('c') };
const first: Description = {
  'bin/tool': file('one', 0o755),
  'bin/alias': { type: 'symlink', target: 'tool', time: 1_500_000_000 },
  'etc/motd': file('of the first'),
  'share/a': file('a'),
  'share/twin': { type: 'hardlink' },
};
const second: Description = {
  'bin/tool': file('two', 0o4755),
  'bin/alias': file('a file now'),
  'etc/motd.d/x': file('x'),
  'conf/nested': file('a directory where a file was'),
  'etc/hello': { type: 'template', text: '##V##\n', mode: 0o644, uid: 0 },
  share: { type: 'directory', mode: 0o700, uid: 7 },
};

type Linker = FaultyProgram<{ readonly target: string; readonly step: LinkStep; readonly fault: Fault }>;

/** Names of one file are compared when all is done: in between, one of them may be new already. */
function paths(target: string): Map<string, string> {
  const rows = walk(target, (path) => path === 'etc/hello').map((row) => row.replace(/ = [^|]*$/, ''));
  const isTemporary = (row: string) => /(?:^|\/)\.gutinteg-[^/|]* \|/.test(row);
  return new Map(rows.filter((row) => !isTemporary(row)).map((row) => [row.slice(0, row.indexOf(' | ')), row]));
}

/** The kernel has no call for both owner and mode of a directory; it may have one of them already. */
function isOnTheWay(
  found: string | undefined,
  [old, wanted]: readonly [string | undefined, string | undefined],
): boolean {
  const [now = [], before, after] = [found, old, wanted].map((row) => row?.split(' | '));
  const isMixed = now.every((field, column) => field === before?.[column] || field === after?.[column]);
  return now[1] === 'd' && before?.[1] === 'd' && after?.[1] === 'd' && isMixed;
}

test('linking and unlinking, killed at seeded calls: old or new, the next run ends it, and all comes back', async (t) => {
  await withDirectory(async (dir) => {
    const [origin, target] = [join(dir, 'origin'), join(dir, 'target')];
    for (const [name, tree] of Object.entries({ origin, first, second }))
      makeTree(join(dir, name), name === 'origin' ? foreign : (tree as Description));
    writeFileSync(join(dir, 'second/.packagelink.yaml'), 'replace: [conf, bin/alias]\n');
    await using faulty: Linker = new FaultyProgram('link-with-fault.ts');
    await using sound: Linker = new FaultyProgram('link-with-fault.ts');
    const run = async (step: LinkStep, fault = NO_FAULT) => {
      const program = fault === NO_FAULT ? sound : faulty;
      return await program.run({ target, step, fault });
    };
    const end = async (step: LinkStep, what: string) => {
      const outcome = await run(step);
      assert.deepEqual(outcome?.errors, [], `${what}: ${outcome?.thrown}`);
      return outcome.calls;
    };
    const copy = (from: string, to: string) => execFileSync('rsync', ['-aHX', '--delete', `${from}/`, `${to}/`]);
    const steps: LinkStep[] = [
      { link: [join(dir, 'first')] },
      { link: [`60:${join(dir, 'second')}`] },
      { unlink: 'second' },
      { unlink: 'first' },
    ];

    // Before each step a copy of all: also of the state database, which a killed run leaves in between.
    copy(origin, target);
    const states: { before: string; after: string[]; calls: number; step: LinkStep }[] = [];
    for (const [index, step] of steps.entries()) {
      const before = join(dir, `state-${index}`);
      copy(target, before);
      const calls = await end(step, `step ${index}`);
      states.push({ before, after: walk(target, (path) => path === 'etc/hello'), calls, step });
    }
    assert.deepEqual(states.at(-1)?.after, walk(origin));
    assert.deepEqual(states[2]?.after, states[0]?.after);
    t.diagnostic(`${states.map(({ calls }) => calls).join(', ')} calls`);

    for (const [index, { before, after, calls, step }] of states.entries()) {
      const random = seededRandom(`${SEED} ${index}`);
      for (let kill = 0; kill < KILLS; kill += 1) {
        const at = 1 + Math.floor(random() * calls);
        const what = `step ${index} killed at call ${at} of ${calls}`;
        copy(before, target);
        const old = paths(target);
        assert.equal(await run(step, { kind: 'kill', at }), undefined, `${what}: it was not`);
        const wanted = new Map(after.map((row) => [row.slice(0, row.indexOf(' | ')), row.replace(/ = [^|]*$/, '')]));
        const now = paths(target);
        for (const path of new Set([...now.keys(), ...old.keys(), ...wanted.keys()])) {
          const found = now.get(path);
          const isFine = found === old.get(path) || found === wanted.get(path);
          assert(
            isFine || isOnTheWay(found, [old.get(path), wanted.get(path)]),
            `${what}: ${found}, neither ${old.get(path)} nor ${wanted.get(path)}`,
          );
        }
        await end(step, what);
        assert.deepEqual(
          walk(target, (path) => path === 'etc/hello'),
          after,
          what,
        );
        for (const later of steps.slice(index + 1)) await end(later, what);
        assert.deepEqual(walk(target), walk(origin), `${what}, and then all to the end`);
      }
    }
  });
});
