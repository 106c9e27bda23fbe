// Errors of single paths and of the state, as root on real file systems, through the programs themselves: each is named, the
// rest is done, and nothing temporary stays.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { suite, test } from 'node:test';

const BIN = new URL('../../bin/', import.meta.url).pathname;
const run = (...argv: [string, ...string[]]) => execFileSync(argv[0], argv.slice(1), { stdio: 'pipe' });

type Lab = ReturnType<typeof openLab>;

/** A package with files `a/f` and `z/f`, linked onto a target on ext4 or, with `sizeKib`, on a tmpfs of its own. */
function openLab(sizeKib?: number) {
  const dir = mkdtempSync('/var/tmp/packagelink-errors-');
  const [place, tree] = [join(dir, 'mount'), join(dir, 'pkg')];
  const target = join(place, 'target');
  mkdirSync(place);
  if (sizeKib !== undefined) run('mount', '-t', 'tmpfs', '-o', `size=${sizeKib}k`, 'none', place);
  mkdirSync(target);
  const put = (path: string, text: string) => {
    mkdirSync(join(tree, path, '..'), { recursive: true });
    writeFileSync(join(tree, path), text);
  };
  const call = (program: string, ...words: string[]) => {
    const { status, stderr, stdout } = spawnSync(join(BIN, program), ['--target', target, ...words], {
      encoding: 'utf8',
    });
    return { status, stderr, stdout };
  };
  const state = join(target, '.packagelink/state.db');
  for (const path of ['a/f', 'z/f']) put(path, 'one\n');
  assert.equal(call('packagelink', tree).status, 0);
  const read = (path: string) => readFileSync(join(target, path), 'utf8');
  const temporaries = () =>
    readdirSync(target, { recursive: true, encoding: 'utf8' }).filter((path) => path.includes('.gutinteg-'));
  const dispose = () => {
    if (sizeKib !== undefined) run('umount', place);
    rmSync(dir, { recursive: true });
  };
  return { dir, tree, target, state, put, call, read, temporaries, [Symbol.dispose]: dispose };
}

/** A new version of the package; its second file, too. */
function next({ put, call, tree }: Lab) {
  for (const path of ['a/f', 'z/f']) put(path, 'two\n');
  return call('packagelink', tree);
}

const ATTRIBUTES: readonly [attribute: string, path: string, error: RegExp][] = [
  ['+a', 'a', /a\/f was not put in place.*; a\/\.gutinteg-\w+ could not be removed: EPERM/],
  ['+i', 'a', /a\/f could not be updated: EPERM/],
  ['+i', 'a/f', /a\/f was not put in place.*EPERM/],
];

suite('one path that cannot be changed does not keep the others back', () => {
  for (const [attribute, path, error] of ATTRIBUTES)
    test(`chattr ${attribute} ${path}`, () => {
      using lab = openLab();
      run('chattr', attribute, join(lab.target, path));
      const { status, stderr } = next(lab);
      run('chattr', attribute.replace('+', '-'), join(lab.target, path));
      assert.match(stderr, error);
      assert.doesNotMatch(stderr, /\n +at |\/proc\/self/);
      assert.deepEqual([status, lab.read('a/f'), lab.read('z/f')], [1, 'one\n', 'two\n']);
      assert.equal(lab.call('packagelink').status, 0);
      assert.deepEqual([lab.read('a/f'), lab.temporaries()], ['two\n', []]);
    });
});

test('what could not be removed goes with the next run, also where that takes the package away', () => {
  using lab = openLab();
  run('chattr', '+a', join(lab.target, 'a'));
  assert.equal(next(lab).status, 1);
  assert.equal(lab.temporaries().length, 1);
  run('chattr', '-a', join(lab.target, 'a'));
  assert.equal(lab.call('packageunlink', 'pkg').status, 0);
  assert.deepEqual(readdirSync(lab.target), ['.packagelink']);
});

test('a disk that gets full: what fits is done, the rest is counted, nothing temporary is left', () => {
  using lab = openLab(1500);
  const bytes = (text: string) => text.repeat(40_000);
  for (let index = 0; index < 20; index += 1) lab.put(`f${index}`, bytes('1'));
  assert.equal(lab.call('packagelink', lab.tree).status, 0);
  for (let index = 0; index < 20; index += 1) lab.put(`f${index}`, bytes('2'));
  const { status, stderr } = lab.call('packagelink', lab.tree);
  assert.match(stderr, /could not be updated: ENOSPC.*\n.* more paths could not be updated: the file system is full/);
  assert.deepEqual([status, lab.temporaries()], [1, []]);
});

const STATES: readonly [name: string, spoil: (lab: Lab) => void, program: string, error: RegExp][] = [
  [
    'a manifest that is damaged',
    ({ state }) => {
      using database = new DatabaseSync(state);
      database.exec("UPDATE packages SET manifest = x'00'");
    },
    'packagecheck',
    /package pkg: its manifest is damaged\n.*\n  try: packagelink repair/,
  ],
  [
    'a directory in place of a lock',
    ({ state }) => {
      rmSync(`${state}.packages.lock`);
      mkdirSync(`${state}.packages.lock`);
    },
    'packagelink',
    /the lock .*packages\.lock cannot be used/,
  ],
  [
    'a database that nobody may write to',
    ({ state }) => run('chattr', '+i', state),
    'packagelink',
    /could not be written down.*cannot be used: attempt to write a readonly database/,
  ],
  [
    'a database that is none',
    ({ state }) => writeFileSync(state, 'x'.repeat(9000)),
    'packagelink',
    /cannot be used\n.*not a database\n  try: packagelink repair/,
  ],
];

suite('what is wrong with the state is said in words, and the hint fits', () => {
  for (const [name, spoil, program, error] of STATES)
    test(name, () => {
      using lab = openLab();
      spoil(lab);
      const { status, stderr } = lab.call(program);
      spawnSync('chattr', ['-i', lab.state]);
      assert.match(stderr, error);
      assert.doesNotMatch(stderr, /\n +at /);
      assert.equal(status, 1);
    });
});

test('what a database that was moved away knows of is still there when it comes back', () => {
  using lab = openLab();
  rmSync(join(lab.target, 'a/f'));
  writeFileSync(join(lab.target, 'mine'), 'precious\n');
  lab.put('mine', 'of the package\n');
  assert.equal(lab.call('packagelink', lab.tree).status, 0);
  renameSync(lab.state, `${lab.dir}/moved`);
  assert.equal(lab.call('packagelink', lab.tree).status, 0);
  lab.put('mine', 'another\n');
  assert.equal(lab.call('packagelink', lab.tree).status, 0);
  renameSync(`${lab.dir}/moved`, lab.state);
  assert.equal(lab.call('packageunlink', 'pkg').status, 0);
  assert.equal(lab.read('mine'), 'precious\n');
});

const REPAIRS: readonly [name: string, spoil: (lab: Lab) => void, status: number, said: RegExp][] = [
  ['a sound one', () => undefined, 0, /is sound; nothing was changed/],
  [
    'a manifest that is damaged',
    ({ state }) => {
      using database = new DatabaseSync(state);
      database.exec("UPDATE packages SET manifest = x'00' WHERE name = 'pkg'");
    },
    1,
    /lost: package pkg, of priority 50, linked from .*pkg\n/,
  ],
  [
    'a page that is damaged',
    ({ state }) => {
      const bytes = readFileSync(state);
      bytes.fill(0x5a, 8192, 3 * 8192);
      writeFileSync(state, bytes);
    },
    1,
    /lost: a part of the table/,
  ],
  ['a file that is no database', ({ state }) => writeFileSync(state, 'x'.repeat(9000)), 1, /lost: all of it/],
];

suite('packagelink repair', () => {
  for (const [name, spoil, wanted, said] of REPAIRS)
    test(name, () => {
      using lab = openLab();
      writeFileSync(join(lab.target, 'mine'), 'precious\n');
      lab.put('mine', 'of the package\n');
      assert.equal(lab.call('packagelink', lab.tree).status, 0);
      spoil(lab);
      const { status, stdout, stderr } = lab.call('packagelink', 'repair');
      assert.match(stdout, said);
      assert.deepEqual([status, stderr], [wanted, '']);
      assert.equal(lab.call('packagelink', lab.tree).status, 0);
      assert.equal(lab.call('packagecheck').status, 0);
      const saved = readdirSync(join(lab.target, '.packagelink'), { recursive: true, encoding: 'utf8' });
      const kept = saved.filter((path) => /^state\.db\.damaged-\w+\/state\.db\.objects\/\w{64}$/.test(path));
      assert.equal(kept.length, wanted);
      if (name === 'a manifest that is damaged') {
        assert.equal(lab.call('packageunlink', 'pkg').status, 0);
        assert.equal(lab.read('mine'), 'precious\n');
      }
    });
});
