import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import type { InstalledPath } from '../tree/installed-path.ts';
import { readComparedRows } from './compared-rows.ts';
import { updateState } from './state.ts';

const stat = { mode: 0o644, uid: 1, gid: 2, sizeBytes: 3, inode: 4, mtimeMs: 5.25, ctimeMs: 6.5 };
const compared = (path: string) => ({ path, type: 'file', ...stat, xattrs: '' }) as const;
const rest = { owner: 'base', class: 'package', sha256: 'a', source: 'b', target: '', leftAlone: false } as const;
const rowOf = (path: string, about: Partial<InstalledPath> = {}): InstalledPath => ({
  ...compared(path),
  ...rest,
  ...about,
});

function withFile(rows: readonly InstalledPath[], check: (file: string) => void): void {
  const dir = mkdtempSync(join(tmpdir(), 'compared-'));
  try {
    const file = join(dir, 'packagelink.db');
    updateState(file, { changed: rows, removed: [] });
    check(file);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

test('compared rows: each once and in order, however many come at once', () => {
  const paths = ['a', 'a b', 'a/b', 'b', 'c', 'ü', '\u{10000}'];
  withFile(paths.map((path) => rowOf(path)).toReversed(), (file) => {
    for (let rowsAtOnce = 1; rowsAtOnce <= paths.length + 1; rowsAtOnce += 1) {
      const portions = [...readComparedRows(file, { osmode: 'image', contents: false, rowsAtOnce })];
      assert.deepEqual(portions.flat(), paths.map(compared), `${rowsAtOnce} at once`);
      assert(portions.every((rows) => rows.length <= rowsAtOnce));
    }
  });
});

test('compared rows: without those that are left alone, or that are the package manager’s', () => {
  const rows = [rowOf('a', { class: 'image' }), rowOf('b'), rowOf('c', { leftAlone: true })];
  withFile(rows, (file) => {
    const pathsOf = (osmode: 'image' | 'packages') =>
      [...readComparedRows(file, { osmode, contents: false })].flat().map(({ path }) => path);
    assert.deepEqual([pathsOf('image'), pathsOf('packages')], [['a', 'b'], ['b']]);
  });
});

test('compared rows: with digest and target where contents are compared', () => {
  withFile([rowOf('a', { sha256: 'x' }), rowOf('b', { type: 'symlink', sha256: '', target: 'a' })], (file) => {
    const rows = [...readComparedRows(file, { osmode: 'image', contents: true })].flat();
    assert.deepEqual(
      rows.map(({ sha256, target }) => [sha256, target]),
      [
        ['x', ''],
        ['', 'a'],
      ],
    );
  });
});

test('compared rows: while the files of some are read, another run can write', () => {
  withFile([rowOf('a'), rowOf('b')], (file) => {
    const other = new DatabaseSync(file, { timeout: 0 });
    try {
      const seen: string[] = [];
      for (const rows of readComparedRows(file, { osmode: 'image', contents: true, rowsAtOnce: 1 })) {
        seen.push(...rows.map(({ path }) => path));
        other.exec(`INSERT OR REPLACE INTO meta (key, value) VALUES ('written', 'meanwhile')`);
      }
      assert.deepEqual(seen, ['a', 'b']);
    } finally {
      other.close();
    }
  });
});
