// Names that no package has of files that packages have: what a run sets on a file, it sets on all of its names.
import assert from 'node:assert/strict';
import {
  appendFileSync,
  chmodSync,
  linkSync,
  lstatSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import { isAsLeft } from '../compare/is-settled.ts';
import { beginHistory, historyDirectory } from '../state/history.ts';
import { readState, recordIntents } from '../state/state.ts';
import { openNightLab } from '../testing/night-lab.ts';
import type { NightTarget } from '../testing/night-lab.ts';

const lab = await openNightLab();
after(() => lab[Symbol.dispose]());

const first = await lab.publish('base', {
  'bin/tool': { text: 'tool\n', mode: 0o755 },
  'bin/other': { sameAs: 'bin/tool' },
  'etc/a': 'a\n',
});
const second = await lab.publish('base', {
  'bin/tool': { text: 'tool\n', mode: 0o755 },
  'bin/other': { sameAs: 'bin/tool' },
});

type Case = {
  readonly name: string;
  /** Gives the path a second name at `foreign`, or does not, and spoils it. */
  readonly damage: (at: (path: string) => string, foreign: string) => void;
  readonly said: readonly string[];
  /** The mode that the foreign name keeps; undefined where there is none. */
  readonly foreignMode?: number;
};

const CASES: readonly Case[] = [
  {
    name: 'a mode of a file that has a foreign name',
    damage: (at, foreign) => {
      linkSync(at('etc/a'), foreign);
      chmodSync(foreign, 0o600);
    },
    said: ['replaced etc/a'],
    foreignMode: 0o600,
  },
  {
    name: 'a foreign file that was linked to the place of one, with the same bytes',
    damage: (at, foreign) => {
      writeFileSync(foreign, 'a\n', { mode: 0o640 });
      rmSync(at('etc/a'));
      linkSync(foreign, at('etc/a'));
    },
    said: ['replaced etc/a'],
    foreignMode: 0o640,
  },
  {
    name: 'a mode of a file with two names, both of a package',
    damage: (at) => chmodSync(at('bin/other'), 0o700),
    said: ['metadata bin/other'],
  },
  {
    name: 'the same with a third name',
    damage: (at, foreign) => {
      linkSync(at('bin/other'), foreign);
      chmodSync(foreign, 0o700);
    },
    said: ['replaced bin/other', 'replaced bin/tool'],
    foreignMode: 0o700,
  },
  {
    name: 'one of two names that is missing',
    damage: (at) => rmSync(at('bin/tool')),
    said: ['created bin/tool'],
  },
];

suite('a foreign name keeps its metadata, and the night after finds nothing to do and nothing to read', () => {
  for (const { name, damage, said, foreignMode } of CASES)
    test(name, async () => {
      using machine = lab.openTarget();
      await machine.run([first]);
      const foreign = join(machine.place, 'foreign');
      damage((path) => join(machine.target, path), foreign);
      const result = await machine.run([first]);
      assert.deepEqual([result.said, result.errors], [said, []]);
      assert.equal(modeOf(join(machine.target, 'etc/a')), 0o644);
      assert.equal(modeOf(join(machine.target, 'bin/tool')), 0o755);
      assert.equal(lstatSync(join(machine.target, 'bin/tool')).ino, lstatSync(join(machine.target, 'bin/other')).ino);
      if (foreignMode !== undefined) assert.equal(modeOf(foreign), foreignMode);
      assert.ok(isAsLeft(machine), 'the rows are not as the files are');
      assert.deepEqual((await machine.run([first])).said, []);
    });
});

const KEPT: readonly [name: string, next: typeof first][] = [
  ['replaced', first],
  ['deleted', second],
];

for (const [name, next] of KEPT)
  test(`a version that is kept because it is ${name} is nobody else's file`, async () => {
    using machine = lab.openTarget();
    await machine.run([first]);
    const foreign = join(machine.place, 'foreign');
    linkSync(join(machine.target, 'etc/a'), foreign);
    if (next === first) writeFileSync(foreign, 'mine\n');
    const kept = next === first ? 'mine\n' : 'a\n';
    assert.deepEqual((await machine.run([next])).errors, []);
    appendFileSync(foreign, 'and more\n');
    assert.deepEqual(keptTexts(machine), [kept]);
  });

test('what a run that was cut off kept just before gets a file of its own', async () => {
  using machine = lab.openTarget();
  await machine.run([first]);
  const live = join(machine.target, 'etc/a');
  const about = { path: 'etc/a', reason: 'edited', owner: 'base', mode: 0o644, uid: 0, gid: 0 } as const;
  const keep = { ...about, type: 'file', sizeBytes: 2, sha256: '', target: '' } as const;
  const kept = beginHistory(machine.stateFile, [keep], 0).get('etc/a') ?? '';
  linkSync(live, kept);
  recordIntents(machine.stateFile, [...readState(machine.stateFile).installed.values()]);
  assert.deepEqual((await machine.run([first])).said, []);
  appendFileSync(live, 'more\n');
  assert.deepEqual(keptTexts(machine), ['a\n']);
});

function keptTexts({ stateFile }: NightTarget): string[] {
  const dir = historyDirectory(stateFile);
  return readdirSync(dir).map((name) => readFileSync(join(dir, name), 'utf8'));
}

function modeOf(place: string): number {
  return lstatSync(place).mode & 0o7777;
}
