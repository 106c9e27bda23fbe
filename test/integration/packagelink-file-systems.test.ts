// File systems that store less than they are told, as root on real ones: whole seconds, no time after 2038, one owner for
// all. A second run has nothing to do, also after another mount, and an edit is found all the same.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';

const BIN = new URL('../../bin/', import.meta.url).pathname;
const run = (...argv: [string, ...string[]]) => execFileSync(argv[0], argv.slice(1), { stdio: 'pipe' });

const FILE_SYSTEMS: readonly [name: string, mkfs: [string, ...string[]], type: string][] = [
  ['ext2 with inodes of 128 bytes', ['mkfs.ext2', '-q', '-I', '128'], 'ext2'],
  ['ext3 with inodes of 128 bytes', ['mkfs.ext3', '-q', '-I', '128'], 'ext3'],
  ['xfs without bigtime', ['mkfs.xfs', '-q', '-m', 'bigtime=0'], 'xfs'],
  ['btrfs', ['mkfs.btrfs', '-q'], 'btrfs'],
  ["NTFS, where all is root's", ['mkfs.ntfs', '-F', '-Q', '-q'], 'ntfs-3g'],
];

/** In seconds since 1970: with a fraction, and what 32 bits or an unsigned number do not hold. */
const TIMES = {
  fraction: 1_577_836_801.25,
  later: 2_220_000_000.5,
  before: -300_000_000,
  muchLater: 16_725_225_601.75,
};

function fill(tree: string): void {
  mkdirSync(join(tree, 'd'), { recursive: true });
  for (const [name, seconds] of Object.entries(TIMES)) {
    writeFileSync(join(tree, name), `${name}\n`);
    utimesSync(join(tree, name), seconds, seconds);
  }
  writeFileSync(join(tree, 'suid'), 'x\n');
  for (const [path, mode] of [
    ['suid', 0o4750],
    ['d', 0o750],
  ] as const) {
    chownSync(join(tree, path), 33, 33);
    chmodSync(join(tree, path), mode);
  }
}

suite('what a file system does not keep is asked for once', () => {
  for (const [name, mkfs, type] of FILE_SYSTEMS)
    test(name, () => {
      const dir = mkdtempSync('/var/tmp/packagelink-small-');
      const [image, place, tree] = [join(dir, 'image'), join(dir, 'mount'), join(dir, 'pkg')];
      const target = join(place, 'target');
      const call = (program: string, ...words: string[]) => {
        const said = spawnSync(join(BIN, program), ['--target', target, '--json', ...words], { encoding: 'utf8' });
        const { changes = [] } = JSON.parse(said.stdout) as { changes?: { path: string }[] };
        return { status: said.status, paths: changes.map(({ path }) => path).toSorted() };
      };
      fill(tree);
      run('truncate', '-s', '320M', image);
      run(...mkfs, image);
      mkdirSync(place);
      run('mount', '-o', 'loop', '-t', type, image, place);
      try {
        mkdirSync(target);
        assert.equal(call('packagelink', tree).status, 0);
        assert.deepEqual(call('packagelink'), { status: 0, paths: [] });
        assert.equal(call('packagecheck').status, 0);
        const suid = statSync(join(target, 'suid'));
        assert.ok(suid.uid === 33 || (suid.mode & 0o6000) === 0, 'setuid for another owner');
        run('umount', place);
        run('mount', '-o', 'loop', '-t', type, image, place);
        assert.deepEqual(call('packagelink'), { status: 0, paths: [] });
        writeFileSync(join(target, 'fraction'), 'edited\n');
        utimesSync(join(target, 'later'), 1, 1);
        assert.deepEqual(call('packagelink'), { status: 0, paths: ['fraction', 'later'] });
        assert.deepEqual(call('packagelink'), { status: 0, paths: [] });
      } finally {
        run('umount', place);
        rmSync(dir, { recursive: true });
      }
    });
});

test('inode numbers of 64 bits, as mergerfs makes them', () => {
  const dir = mkdtempSync('/var/tmp/packagelink-inodes-');
  const [branch, place, tree] = [join(dir, 'branch'), join(dir, 'mount'), join(dir, 'pkg')];
  for (const path of [branch, place]) mkdirSync(path);
  fill(tree);
  run('mergerfs', '-o', 'use_ino', branch, place);
  try {
    const target = join(place, 'target');
    mkdirSync(target);
    assert.ok(statSync(target, { bigint: true }).ino > BigInt(Number.MAX_SAFE_INTEGER));
    const call = (program: string, ...words: string[]) => {
      const { status, stdout } = spawnSync(join(BIN, program), ['--target', target, ...words], { encoding: 'utf8' });
      return [status, stdout.split('\n').at(-2)];
    };
    assert.deepEqual(call('packagelink', tree), [0, '6 changes; linked: pkg']);
    assert.deepEqual(call('packagelink'), [0, '0 changes; linked: pkg']);
    assert.deepEqual(call('packagecheck'), [0, '6 paths checked: 0 wrong, 0 foreign']);
    writeFileSync(join(target, 'later'), 'edited\n');
    assert.deepEqual(call('packagelink'), [0, '1 change; linked: pkg']);
  } finally {
    run('umount', place);
    rmSync(dir, { recursive: true });
  }
});
