// Inode numbers to the last one of 64 bits, through all that keeps them.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { inodeOf } from '../tree/path-stat.ts';
import { readComparedRows } from './compared-rows.ts';
import { readState, readStateOf, updateState } from './state.ts';

const INODES = [
  1n,
  2n ** 53n - 1n,
  2n ** 53n,
  2n ** 53n + 1n,
  2n ** 63n - 1n,
  2n ** 63n,
  4769078518332158102n,
  2n ** 64n - 1n,
];
const ABOUT = { owner: 'base', class: 'package', type: 'file', mode: 0o644, uid: 0, gid: 0, sizeBytes: 1 } as const;
const CONTENT = { sha256: 'a', source: 'a', xattrs: '', target: '', mtimeMs: 1.5, ctimeMs: 2.5, leftAlone: false };

test('an inode number comes back from the database as it was, whoever reads it', () => {
  const dir = mkdtempSync(join(tmpdir(), 'inodes-'));
  try {
    const file = join(dir, 'state.db');
    const rows = INODES.map((ino, index) => ({ path: `f${index}`, ...ABOUT, ...CONTENT, inode: inodeOf(ino) }));
    updateState(file, { changed: rows, removed: [] });
    assert.deepEqual([...readState(file).installed.values()], rows);
    assert.deepEqual(
      [
        ...readStateOf(
          file,
          rows.map(({ path }) => path),
        ).installed.values(),
      ],
      rows,
    );
    const compared = [...readComparedRows(file, { osmode: 'image', contents: false })].flat();
    assert.deepEqual(
      compared.map(({ inode }) => inode),
      INODES.map(inodeOf),
    );
  } finally {
    rmSync(dir, { recursive: true });
  }
});

test('neighbours that one double cannot tell apart are two inodes', () => {
  assert.notEqual(inodeOf(2n ** 60n), inodeOf(2n ** 60n + 1n));
  assert.equal(inodeOf(2n ** 60n), inodeOf(2n ** 60n));
  assert.equal(inodeOf(7n), 7);
});
