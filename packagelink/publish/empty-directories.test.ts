import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withEmptyDirectories } from './empty-directories.ts';
import type { ScannedEntry } from './scan.ts';

const plain = { mode: 0o755, uid: 0, gid: 0, mtimeNanoseconds: 0 };
const entries: ScannedEntry[] = [
  { path: 'a', type: 'directory', ...plain, mtimeSeconds: 7 },
  { path: 'a/file', type: 'file', ...plain, mtimeSeconds: 8, sizeBytes: 0 },
];
const root = { mtimeSeconds: 1, mtimeNanoseconds: 0 };

test('empty directories: those that are missing, with their parents, in the order of a scan', () => {
  const result = withEmptyDirectories(entries, ['z/y', 'a/b/c', 'a'], root);
  assert.deepEqual(
    result.map(({ path, type, mtimeSeconds }) => [path, type, mtimeSeconds]),
    [
      ['a', 'directory', 7],
      ['a/b', 'directory', 7],
      ['a/b/c', 'directory', 7],
      ['a/file', 'file', 8],
      ['z', 'directory', 1],
      ['z/y', 'directory', 1],
    ],
  );
  assert.deepEqual(withEmptyDirectories(entries, [], root), entries);
});

test('empty directories: a path of something else is a fault', () => {
  assert.throws(
    () => withEmptyDirectories(entries, ['a/file', 'a/file/b'], root),
    /a\/file: error: emptyDirectories: is a file/,
  );
});
