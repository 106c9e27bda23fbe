import assert from 'node:assert/strict';
import { chmodSync, existsSync, linkSync, lstatSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import { readHistory } from '../state/history.ts';
import { forge, look, mkfifo } from '../testing/small-files.ts';
import type { SmallFiles } from '../testing/small-files.ts';
import { openNightLab } from '../testing/night-lab.ts';

const lab = await openNightLab();
after(() => lab[Symbol.dispose]());

const FIRST: SmallFiles = {
  'bin/tool': { text: 'tool\n', mode: 0o755 },
  'bin/other': { sameAs: 'bin/tool' },
  'etc/a': 'a\n',
  'etc/b': 'b\n',
  'etc/link': { link: 'a' },
  'etc/name.plprocess': '##HOSTNAME##\n',
  'srv/d/one': '1\n',
  'srv/d/two': '2\n',
};
const MACHINE = { merging: { defines: { HOSTNAME: 'underdog' } } };
const first = await lab.publish('base', FIRST);

type Damage = readonly [name: string, damage: (target: string) => void, said: readonly string[]];

const write =
  (path: string, text: string) =>
  (target: string): void =>
    writeFileSync(join(target, path), text);
const remove =
  (path: string) =>
  (target: string): void =>
    rmSync(join(target, path), { recursive: true });

const DAMAGES: readonly Damage[] = [
  ['nothing', () => undefined, []],
  ['other bytes', write('etc/a', 'edited\n'), ['replaced etc/a']],
  ['other bytes with the old size and time', (at) => forge(join(at, 'etc/a'), 'A\n'), ['replaced etc/a']],
  ['what a template became', write('etc/name', 'someone\n'), ['replaced etc/name']],
  ['a missing file', remove('etc/a'), ['created etc/a']],
  ['a missing directory', remove('srv/d'), ['created srv/d', 'created srv/d/one', 'created srv/d/two']],
  ['a mode', (at) => chmodSync(join(at, 'etc/a'), 0o666), ['metadata etc/a']],
  ['a mode of a directory', (at) => chmodSync(join(at, 'srv/d'), 0o700), ['metadata srv/d']],
  [
    'another target of a link',
    (at) => {
      remove('etc/link')(at);
      symlinkSync('b', join(at, 'etc/link'));
    },
    ['replaced etc/link'],
  ],
  [
    'a link in place of a file',
    (at) => {
      renameSync(join(at, 'etc/a'), join(at, '../moved'));
      symlinkSync('../../moved', join(at, 'etc/a'));
    },
    ['replaced etc/a'],
  ],
  [
    'a link in place of a directory',
    (at) => {
      renameSync(join(at, 'srv/d'), join(at, '../moved'));
      symlinkSync('../../moved', join(at, 'srv/d'));
    },
    ['created srv/d/one', 'created srv/d/two', 'replaced srv/d'],
  ],
  [
    'an empty directory in place of a file',
    (at) => {
      remove('etc/a')(at);
      mkdirSync(join(at, 'etc/a'));
    },
    ['replaced etc/a'],
  ],
  [
    'a FIFO in place of a file',
    (at) => {
      remove('etc/a')(at);
      mkfifo(join(at, 'etc/a'));
    },
    ['replaced etc/a'],
  ],
  [
    'two names of one file that have become two files',
    (at) => {
      remove('bin/other')(at);
      writeFileSync(join(at, 'bin/other'), 'tool\n', { mode: 0o755 });
    },
    ['replaced bin/tool'],
  ],
  [
    'two files that have become one',
    (at) => {
      remove('etc/b')(at);
      linkSync(join(at, 'etc/a'), join(at, 'etc/b'));
    },
    ['replaced etc/b'],
  ],
];

suite('what somebody did to a machine is undone, and nothing else', () => {
  for (const [name, damage, said] of DAMAGES) {
    test(name, async () => {
      using machine = lab.openTarget();
      assert.deepEqual((await machine.run([first], MACHINE)).errors, []);
      writeFileSync(join(machine.target, 'etc/foreign'), 'mine\n');
      const before = look(machine.target);
      damage(machine.target);
      const moved = existsSync(join(machine.place, 'moved')) ? look(machine.place)['moved'] : undefined;
      const result = await machine.run([first], MACHINE);
      assert.deepEqual([result.said, result.errors], [said, []]);
      assert.deepEqual(look(machine.target), before);
      // What a link led to is not the target's.
      assert.equal(existsSync(join(machine.place, 'moved')) ? look(machine.place)['moved'] : undefined, moved);
      assert.deepEqual((await machine.run([first], MACHINE)).said, []);
    });
  }
});

const without = (files: SmallFiles, ...paths: string[]): SmallFiles =>
  Object.fromEntries(Object.entries(files).filter(([path]) => !paths.includes(path)));

const UPDATES: readonly (readonly [name: string, next: SmallFiles, said: readonly string[]])[] = [
  ['a new version', { ...FIRST, 'etc/a': 'new\n' }, ['replaced etc/a']],
  [
    'a file less, and the directory that it leaves empty',
    without(FIRST, 'srv/d/one', 'srv/d/two'),
    ['deleted srv', 'deleted srv/d', 'deleted srv/d/one', 'deleted srv/d/two'],
  ],
  ['a name less of a file', without(FIRST, 'bin/other'), ['deleted bin/other']],
  [
    'a directory that becomes a file',
    { ...without(FIRST, 'srv/d/one', 'srv/d/two'), 'srv/d': 'file\n' },
    ['deleted srv/d/one', 'deleted srv/d/two', 'replaced srv/d'],
  ],
  [
    'a file that becomes a directory',
    { ...without(FIRST, 'etc/a'), 'etc/a/b': 'below\n' },
    ['created etc/a/b', 'replaced etc/a'],
  ],
  ['a link that becomes a file', { ...FIRST, 'etc/link': 'a\n' }, ['replaced etc/link']],
  ['a file that becomes a link', { ...FIRST, 'etc/a': { link: 'b' } }, ['replaced etc/a']],
  [
    'a new name of a file with a new version',
    { ...FIRST, 'bin/tool': { text: 'newer\n', mode: 0o755 }, 'bin/third': { sameAs: 'bin/tool' } },
    ['created bin/third', 'replaced bin/other', 'replaced bin/tool'],
  ],
  ['an empty directory', { ...FIRST, 'srv/e': { directory: true } }, ['created srv/e']],
];

suite('an update ends as if it had been laid down on an empty target', () => {
  for (const [name, next, said] of UPDATES) {
    test(name, async () => {
      using machine = lab.openTarget();
      await machine.run([first], MACHINE);
      const settings = 'srv/e' in next ? 'emptyDirectories: [srv/e]\n' : '';
      const base = await lab.publish('base', next, { settings });
      const result = await machine.run([base], MACHINE);
      assert.deepEqual([result.said, result.errors, result.notices], [said, [], []]);
      using fresh = lab.openTarget();
      await fresh.run([base], MACHINE);
      assert.deepEqual(look(machine.target), look(fresh.target));
      const inode = (path: string) => lstatSync(join(machine.target, path)).ino;
      for (const path of ['bin/other', 'bin/third'])
        if (path in next) assert.equal(inode(path), inode('bin/tool'), path);
    });
  }
});

suite('what a run may not decide stays, and is said', () => {
  const GROWN: SmallFiles = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`srv/${index}`, 'x\n']));

  test('most of a package at once, unless somebody agrees', async () => {
    using machine = lab.openTarget();
    await machine.run([await lab.publish('base', GROWN)]);
    const [before, next] = [look(machine.target), await lab.publish('base', { 'srv/0': 'x\n' })];
    const refused = await machine.run([next]);
    assert.match(refused.errors.join('\n'), /^29 of the 30 paths of base would be deleted at once/);
    assert.deepEqual([refused.said, look(machine.target)], [[], before]);
    assert.equal((await machine.run([next], { massDelete: (owner) => owner === 'base' })).said.length, 29);
    assert.deepEqual(Object.keys(look(machine.target)), ['srv', 'srv/0']);
  });

  test('a file that somebody has edited is nobody’s when its package goes; what is foreign keeps its directory', async () => {
    using machine = lab.openTarget();
    await machine.run([first], MACHINE);
    write('etc/a', 'mine now\n')(machine.target);
    write('srv/d/foreign', 'mine\n')(machine.target);
    const result = await machine.run([await lab.publish('base', { 'etc/b': 'b\n' })]);
    assert.deepEqual(result.errors, []);
    assert.deepEqual(Object.keys(look(machine.target)), ['etc', 'etc/a', 'etc/b', 'srv', 'srv/d', 'srv/d/foreign']);
    assert.match(result.notices.join('\n'), /etc\/a is no longer in base, and stays: it was changed on this machine/);
    assert.match(result.notices.join('\n'), /srv\/d is no longer in base, and stays: it holds other files/);
  });

  test('a package that could not be read deletes nothing', async () => {
    using machine = lab.openTarget();
    await machine.run([first], MACHINE);
    const next = await lab.publish('base', { 'etc/a': 'new\n' });
    assert.deepEqual((await machine.run([next], { sourcesComplete: false })).said, ['replaced etc/a']);
    assert.equal(existsSync(join(machine.target, 'srv/d/one')), true);
  });

  test('what is laid down once, is pinned, or is the package manager’s', async () => {
    using machine = lab.openTarget();
    const settings = 'mutable: [etc/a]\npin: [etc/b]\n';
    const image = await lab.publish('os', { 'usr/x': 'x\n' }, { kind: 'image' });
    const packages = [
      image,
      await lab.publish('base', { 'etc/a': 'a\n', 'etc/b': 'b\n', 'etc/c': 'c\n' }, { settings }),
    ];
    await machine.run(packages);
    for (const path of ['etc/a', 'etc/b', 'etc/c', 'usr/x']) write(path, 'edited\n')(machine.target);
    assert.deepEqual((await machine.run(packages, { osmode: 'packages' })).said, ['replaced etc/c']);
    assert.deepEqual((await machine.run(packages)).said, ['replaced usr/x']);
    assert.equal(readFileSync(join(machine.target, 'etc/a'), 'utf8'), 'edited\n');
  });
});

test('a dry run says what a run would do, and writes nothing', async () => {
  using machine = lab.openTarget();
  await machine.run([first], MACHINE);
  const next = await lab.publish('base', { ...without(FIRST, 'etc/b'), 'etc/a': 'new\n' });
  const before = [look(machine.target), readFileSync(machine.stateFile)];
  const planned = await machine.run([next], { ...MACHINE, dryRun: true });
  assert.deepEqual([look(machine.target), readFileSync(machine.stateFile)], before);
  assert.deepEqual(planned.said, ['deleted etc/b', 'replaced etc/a']);
  assert.deepEqual((await machine.run([next], MACHINE)).said, planned.said);
});

test('without a state database everything is compared by content, and what is right is not written', async () => {
  using machine = lab.openTarget();
  await machine.run([first], MACHINE);
  rmSync(machine.stateFile);
  const inode = lstatSync(join(machine.target, 'etc/a')).ino;
  write('etc/b', 'edited\n')(machine.target);
  assert.deepEqual((await machine.run([first], MACHINE)).said, ['replaced etc/b']);
  assert.equal(lstatSync(join(machine.target, 'etc/a')).ino, inode);
});

suite('what a run replaces or deletes can be brought back', () => {
  test('edits, foreign files, versions of packages, and what no package has any more', async () => {
    using machine = lab.openTarget();
    mkdirSync(join(machine.target, 'etc'));
    write('etc/a', 'foreign\n')(machine.target);
    await machine.run([first], MACHINE);
    write('etc/b', 'edited\n')(machine.target);
    await machine.run([await lab.publish('base', { ...without(FIRST, 'etc/link'), 'srv/d/one': 'new\n' })], MACHINE);
    const kept = readHistory(machine.stateFile).map(({ id, path, reason, type, target }) => {
      const bytes =
        type === 'file' ? readFileSync(join(`${machine.stateFile}.history`, String(id)), 'utf8') : `→ ${target}`;
      return `${path}: ${reason}, ${bytes}`;
    });
    assert.deepEqual(kept.toSorted(), [
      'etc/a: foreign, foreign\n',
      'etc/b: edited, edited\n',
      'etc/link: deleted, → a',
      'srv/d/one: replaced, 1\n',
    ]);
  });

  test('a foreign file comes back when the package that replaced it goes', async () => {
    using machine = lab.openTarget();
    mkdirSync(join(machine.target, 'etc'));
    write('etc/a', 'foreign\n')(machine.target);
    await machine.run([first], MACHINE);
    const result = await machine.run([await lab.publish('base', without(FIRST, 'etc/a'))], MACHINE);
    assert.deepEqual([result.said, result.errors], [['replaced etc/a'], []]);
    assert.equal(readFileSync(join(machine.target, 'etc/a'), 'utf8'), 'foreign\n');
    assert.deepEqual(
      readHistory(machine.stateFile).map(({ path, reason }) => `${path} ${reason}`),
      ['etc/a deleted'],
    );
  });
});
