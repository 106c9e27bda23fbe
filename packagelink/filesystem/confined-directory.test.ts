import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openTarget } from './confined-directory.ts';
import type { ConfinedDirectories } from './confined-directory.ts';

function withTarget(check: (dir: string, target: ConfinedDirectories) => void): void {
  const dir = mkdtempSync(join(tmpdir(), 'confined-'));
  mkdirSync(join(dir, 'root/a/b'), { recursive: true });
  mkdirSync(join(dir, 'outside/b'), { recursive: true });
  const target = openTarget(join(dir, 'root'));
  try {
    check(dir, target);
  } finally {
    target.close();
    rmSync(dir, { recursive: true, force: true });
  }
}

test('confined: a path names what lies below the target', () => {
  withTarget((dir, target) => {
    writeFileSync(target.at('a/b/file'), 'x');
    writeFileSync(target.at('top'), 'y');
    assert.equal(readFileSync(join(dir, 'root/a/b/file'), 'utf8'), 'x');
    assert.equal(readFileSync(join(dir, 'root/top'), 'utf8'), 'y');
    assert.deepEqual(target.onEachDevice().length, 1);
  });
});

test('confined: a link on the way is not followed, wherever it stands', () => {
  withTarget((dir, target) => {
    symlinkSync(join(dir, 'outside'), join(dir, 'root/link'));
    symlinkSync('a', join(dir, 'root/inner'));
    assert.throws(
      () => target.at('link/file'),
      /opening link on the target failed: it is not a directory, and links are not followed/,
    );
    assert.throws(() => target.at('link/b/file'), /opening link/);
    assert.throws(() => target.at('inner/b/file'), /opening inner/);
    assert.throws(() => target.at('missing/file'), /opening missing on the target failed: ENOENT/);
  });
});

test('confined: a directory that is exchanged for a link meanwhile is still the directory', () => {
  withTarget((dir, target) => {
    target.at('a/b/file');
    renameSync(join(dir, 'root/a'), join(dir, 'root/moved'));
    symlinkSync(join(dir, 'outside'), join(dir, 'root/a'));
    writeFileSync(target.at('a/b/file'), 'x');
    assert.equal(readFileSync(join(dir, 'root/moved/b/file'), 'utf8'), 'x');
  });
});
