import assert from 'node:assert/strict';
import { chmodSync, copyFileSync, lstatSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, suite, test } from 'node:test';
import { writeJournal } from '../state/after-journal.ts';
import { openNightLab } from '../testing/night-lab.ts';
import type { NightTarget } from '../testing/night-lab.ts';
import { forge } from '../testing/small-files.ts';
import { readSettled } from './is-settled.ts';

const lab = await openNightLab();
after(() => lab[Symbol.dispose]());

const packages = [
  await lab.publish('os', { 'usr/x': 'x\n' }, { kind: 'image' }),
  await lab.publish(
    'base',
    {
      'etc/a': 'a\n',
      'etc/b': { sameAs: 'etc/a' },
      'etc/link': { link: 'a' },
      'etc/once': 'once\n',
      'etc/pinned': 'p\n',
    },
    { settings: 'mutable: [etc/once]\npin: [etc/pinned]\n' },
  ),
];
const KEY = 'the key of the run';

type Question = Partial<Parameters<typeof readSettled>[0]>;
const isSettled = ({ target, stateFile }: NightTarget, question: Question = {}): boolean => {
  const settled = readSettled({ target, stateFile, isCurrent: (key) => key === KEY, ...question });
  assert(settled === undefined || settled.key === KEY);
  return settled !== undefined;
};
const run = async (machine: NightTarget) => await machine.run(packages, { settles: { key: KEY } });

type Touch = (machine: NightTarget) => void | Promise<void>;
type Case = readonly [name: string, isSettled: boolean, touch: Touch, question?: Question];

const CASES: readonly Case[] = [
  ['nothing was touched', true, () => undefined],
  ['nothing was touched, and every file is read', true, () => undefined, { contents: true }],
  ['another description', false, () => undefined, { isCurrent: () => false }],
  ['other bytes', false, ({ target }) => writeFileSync(join(target, 'etc/a'), 'edited\n')],
  ['other bytes with the old size and time', false, ({ target }) => forge(join(target, 'etc/a'), 'A\n')],
  ['a mode', false, ({ target }) => chmodSync(join(target, 'usr/x'), 0o600)],
  ['a mode of a directory', false, ({ target }) => chmodSync(join(target, 'etc'), 0o700)],
  ['a missing file', false, ({ target }) => rmSync(join(target, 'etc/a'))],
  ['a missing directory', false, ({ target }) => rmSync(join(target, 'usr'), { recursive: true })],
  [
    'a copy in place of a file',
    false,
    ({ target }) => {
      copyFileSync(join(target, 'usr/x'), join(target, 'usr/copy'));
      renameSync(join(target, 'usr/copy'), join(target, 'usr/x'));
    },
  ],
  [
    'another target of a link',
    false,
    ({ target }) => {
      rmSync(join(target, 'etc/link'));
      symlinkSync('b', join(target, 'etc/link'));
    },
  ],
  [
    'a link in place of a directory',
    false,
    ({ target }) => {
      renameSync(join(target, 'usr'), join(target, 'moved'));
      symlinkSync('moved', join(target, 'usr'));
    },
  ],
  ['a foreign file', true, ({ target }) => writeFileSync(join(target, 'etc/foreign'), 'mine\n')],
  ['what is laid down once', true, ({ target }) => writeFileSync(join(target, 'etc/once'), 'mine\n')],
  ['what is pinned', true, ({ target }) => writeFileSync(join(target, 'etc/pinned'), 'mine\n')],
  ['a file of the image', false, ({ target }) => writeFileSync(join(target, 'usr/x'), 'upgraded\n')],
  [
    'a file of the image, which the package manager has',
    true,
    ({ target }) => writeFileSync(join(target, 'usr/x'), 'upgraded\n'),
    { osmode: 'packages' },
  ],
  ['no database', false, ({ stateFile }) => rmSync(stateFile)],
  [
    'a run after it that had an error',
    false,
    async (machine) => {
      rmSync(join(machine.target, 'etc/a'));
      const fetcher = async () => await Promise.reject(new Error('no route'));
      assert.notDeepEqual((await machine.run(packages, { settles: { key: KEY }, fetcher })).errors, []);
    },
  ],
  [
    'a run after it that was cut off',
    false,
    async (machine) => {
      rmSync(join(machine.target, 'etc/a'));
      const beforeDeletions = async () => await Promise.reject(new Error('cut off'));
      await assert.rejects(machine.run(packages, { settles: { key: KEY }, beforeDeletions }), /cut off/);
    },
  ],
];

suite('whether a target is as the last run has left it', () => {
  for (const [name, expected, touch, question] of CASES) {
    test(`${name}: ${expected ? 'yes' : 'no'}`, async () => {
      using machine = lab.openTarget();
      assert.deepEqual((await run(machine)).errors, []);
      await touch(machine);
      assert.equal(isSettled(machine, question), expected);
      if (expected) return;
      await run(machine);
      assert.equal(isSettled(machine), true);
    });
  }

  test('a command that an earlier run owes: no', async () => {
    using machine = lab.openTarget();
    await run(machine);
    const command = { timeoutSeconds: 1, order: 1, packages: ['base'], paths: ['etc/a'], place: 'system' } as const;
    await writeJournal(machine.stateFile, { known: [], pending: [{ ...command, argv: ['true'] }] });
    assert.equal(isSettled(machine), false);
    await writeJournal(machine.stateFile, { known: [], pending: [] });
    assert.equal(isSettled(machine), true);
  });

  test('a bit that the disk has lost is seen by who reads every file', async () => {
    using machine = lab.openTarget();
    await run(machine);
    const place = join(machine.target, 'usr/x');
    forge(place, 'y\n');
    const database = new DatabaseSync(machine.stateFile);
    database.prepare("UPDATE paths SET ctime_ms = ? WHERE path = 'usr/x'").run(lstatSync(place).ctimeMs);
    database.close();
    assert.deepEqual([isSettled(machine), isSettled(machine, { contents: true })], [true, false]);
    assert.deepEqual((await run(machine)).said, []);
    assert.deepEqual((await machine.run(packages, { contents: true })).said, ['replaced usr/x']);
  });
});
