// Paths that go away between two looks at a tree.
import assert from 'node:assert/strict';
import fs, { linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { readTreePackage } from './read-tree-package.ts';
import { scanPackage } from './scan-package.ts';

type Looking = 'lstatSync' | 'readdirSync' | 'readlinkSync' | 'openSync';

function makeTree(t: TestContext): string {
  const dir = mkdtempSync(join(tmpdir(), 'vanished-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  const tree = join(dir, 'one');
  mkdirSync(join(tree, 'd'), { recursive: true });
  for (const name of ['a', 'd/b', 'd/c', 'z']) writeFileSync(join(tree, name), name);
  linkSync(join(tree, 'a'), join(tree, 'y'));
  symlinkSync('a', join(tree, 'link'));
  return tree;
}

/** Just before a path is looked at in this way, somebody removes it. */
function removeBefore(t: TestContext, look: Looking, place: string): void {
  const real = fs[look] as (...words: unknown[]) => unknown;
  const { mock } = t.mock.method(fs, look, (...words: unknown[]) => {
    if (String(words[0]).replace(/\/$/, '') === place) rmSync(place, { recursive: true, force: true });
    return real(...words);
  });
  syncBuiltinESMExports();
  t.after(() => {
    mock.restore();
    syncBuiltinESMExports();
  });
}

const cases: [look: Looking, path: string, left: string[]][] = [
  ['lstatSync', 'd/b', ['a', 'd', 'd/c', 'link', 'y', 'z']],
  ['readdirSync', 'd', ['a', 'link', 'y', 'z']],
  ['readlinkSync', 'link', ['a', 'd', 'd/b', 'd/c', 'y', 'z']],
  // The other name of the same file has its bytes then.
  ['openSync', 'a', ['d', 'd/b', 'd/c', 'link', 'y', 'z']],
];
for (const [look, path, left] of cases) {
  test(`a path that is gone at ${look} is named, and the rest is read: ${path}`, async (t) => {
    const tree = makeTree(t);
    removeBefore(t, look, join(tree, path));
    const { manifest, vanished } = await readTreePackage({ name: 'one', tree, kind: 'local' });
    assert.deepEqual([vanished, manifest.entries.map((entry) => entry.path)], [[path], left]);
  });
}

for (const [look, path] of cases.slice(0, 3)) {
  test(`whoever publishes is told that ${path} is gone at ${look}`, async (t) => {
    const tree = makeTree(t);
    removeBefore(t, look, join(tree, path));
    await assert.rejects(scanPackage({ name: 'one', tree, kind: 'site' }), {
      exitCode: 1,
      message: `publishing: ${path} vanished while it was read; nothing was published`,
    });
  });
}

test('a tree that is gone is no empty package', async (t) => {
  const tree = makeTree(t);
  removeBefore(t, 'readdirSync', tree);
  await assert.rejects(readTreePackage({ name: 'one', tree, kind: 'local' }), /one: it vanished while it was read/);
});
