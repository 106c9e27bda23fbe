// What our rules for FAT accept and refuse, tried on a real FAT by mtools: this needs no driver in the kernel.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fatTime } from '../../packagelink/tree/fat-stat.ts';
import { mergeTree } from '../../packagelink/merge/merge.ts';
import { fileEntry, packageOf } from '../../packagelink/testing/sample-tree.ts';

type Fat = {
  readonly dir: string;
  readonly mtools: (...argv: [string, ...string[]]) => string;
};

const withFat = (work: (fat: Fat) => void) => {
  const dir = mkdtempSync(join(tmpdir(), 'packagelink-fat-'));
  try {
    execFileSync('mkfs.fat', ['-C', '-F', '32', join(dir, 'image'), '40960'], { stdio: 'ignore' });
    const env = { ...process.env, MTOOLS_SKIP_CHECK: '1', MTOOLSRC: '/dev/null', LC_ALL: 'C.UTF-8', TZ: 'UTC' };
    const mtools = ([name, ...argv]: string[]) =>
      execFileSync(name ?? '', ['-i', join(dir, 'image'), ...argv], {
        encoding: 'utf8',
        env,
        stdio: 'pipe',
        input: '',
      });
    work({ dir, mtools: (...argv) => mtools(argv) });
  } finally {
    rmSync(dir, { recursive: true });
  }
};

const isAccepted = (names: readonly string[]): boolean => {
  const manifest = packageOf(names.map((name) => fileEntry(`dosc/${name}`, name)));
  try {
    mergeTree({ layers: [{ name: 'dos', priority: 50, manifest }], defines: {}, fat: ['dosc'] });
    return true;
  } catch {
    return false;
  }
};

const SOUND = [
  'AUTOEXEC.BAT',
  'autoexec.bak',
  'a long name.tar.gz',
  '.hidden',
  'a+b,c;d=[e]',
  'straße',
  'strasse',
  'x'.repeat(255),
];

test('a tree that is accepted comes back from FAT as it was', () => {
  assert.ok(isAccepted(SOUND));
  withFat(({ dir, mtools }) => {
    const [from, to] = [join(dir, 'from'), join(dir, 'to')];
    for (const path of [from, to]) mkdirSync(path);
    for (const name of SOUND) writeFileSync(join(from, name), name);
    mtools('mcopy', '-n', ...SOUND.map((name) => join(from, name)), '::/');
    mtools('mcopy', '-n', '::/*', to);
    assert.equal(execFileSync('diff', ['-r', from, to], { encoding: 'utf8' }), '');
  });
});

const REFUSED = [
  ['a:b'],
  ['a*b'],
  ['a?'],
  ['a"b'],
  ['a<b'],
  ['a|b'],
  ['a.'],
  ['a '],
  ['Read.me', 'READ.ME'],
  ['ä', 'Ä'],
];

for (const names of REFUSED) {
  test(`refused, and lost on FAT: ${names.join(' with ')}`, () => {
    assert.ok(!isAccepted(names));
    withFat(({ dir, mtools }) => {
      for (const name of names) {
        writeFileSync(join(dir, 'one'), name);
        try {
          mtools('mcopy', '-n', '-D', 's', join(dir, 'one'), `::/${name}`);
        } catch {
          // It was refused here as well.
        }
      }
      const found = mtools('mdir', '-b', '::/')
        .split('\n')
        .map((line) => line.replace(/^::\//, ''));
      assert.ok(!names.every((name) => found.includes(name)), found.join());
    });
  });
}

test('times come back in steps of two seconds', () => {
  withFat(({ dir, mtools }) => {
    const seconds = 1_700_000_001;
    writeFileSync(join(dir, 'one'), 'x');
    utimesSync(join(dir, 'one'), seconds, seconds + 0.9);
    mtools('mcopy', '-m', join(dir, 'one'), '::/one');
    mtools('mcopy', '-m', '::/one', join(dir, 'back'));
    const back = execFileSync('stat', ['-c', '%Y', join(dir, 'back')], { encoding: 'utf8' });
    assert.equal(Number(back), fatTime(seconds));
  });
});
