import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { seededRandom } from '../helpers/seeded-random.ts';
import { COMPARED, LSTAT, ROWS_IN_PART, TYPES, listParts } from '../../packagelink/state/lstat-columns.ts';
import { readColumns } from '../../packagelink/state/read-lstat-columns.ts';
import { updateState, writeNewState } from '../../packagelink/state/state.ts';
import type { InstalledPath } from '../../packagelink/tree/installed-path.ts';
import { withStateDatabase } from '../../packagelink/state/state-database.ts';

const SETTLED = { key: 'k', notices: [] };

function rowOf(path: string, stamp: number, about: Partial<InstalledPath> = {}): InstalledPath {
  const stat = { mode: 0o644, uid: 1, gid: 2, sizeBytes: stamp, inode: 3, mtimeMs: stamp + 0.25, ctimeMs: stamp + 0.5 };
  const kind = { owner: 'base', class: 'package', type: 'file', xattrs: '', target: '', leftAlone: false } as const;
  return { path, ...kind, sha256: 'a', source: 'b', ...stat, ...about };
}

async function withFile(check: (file: string) => void): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'lstat-columns-'));
  try {
    check(join(dir, 'packagelink.db'));
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** What a comparison by columns would see: a line for each row, sorted. */
function seen(file: string): string[] {
  return withStateDatabase(file, (database) =>
    readColumns(database)
      .flatMap((read) => {
        const { part, isPast } = read();
        const lines: string[] = [];
        for (const [index, path] of part.paths.entries()) {
          if (isPast(index)) continue;
          const numbers = [...part.stats.subarray(index * LSTAT.numbers, (index + 1) * LSTAT.numbers)];
          const type = TYPES[numbers[LSTAT.type] ?? -1];
          const xattrs = type === 'directory' ? (part.xattrs.get(path) ?? '') : '';
          lines.push(JSON.stringify([path, type, xattrs, ...numbers.slice(0, LSTAT.type), numbers[LSTAT.image]]));
        }
        return lines;
      })
      .toSorted(),
  );
}

/** The same by a query of its own. */
function expected(file: string): string[] {
  return withStateDatabase(file, (database) => {
    const query = `SELECT path, type, CASE type WHEN 'directory' THEN xattrs ELSE '' END, mode, uid, gid, size, inode,
      mtime_ms, ctime_ms, class = 'image' FROM paths WHERE ${COMPARED.image}`;
    const select = database.prepare(query);
    select.setReturnArrays(true);
    return select
      .all()
      .map((row) => JSON.stringify(row))
      .toSorted();
  });
}

function editByHand(file: string, [touched = '', renamed = '']: readonly string[]): void {
  withStateDatabase(file, (database) => {
    database.prepare('UPDATE paths SET mtime_ms = 1 WHERE path = ?').run(touched);
    database.prepare("UPDATE OR REPLACE paths SET path = path || ' renamed' WHERE path = ?").run(renamed);
  });
}

test('columns say what rows say, after any changes, and each row once', async () => {
  for (let seed = 1; seed <= 12; seed += 1) {
    await withFile((file) => {
      const random = seededRandom(`columns ${seed}`);
      const below = (limit: number) => Math.floor(random() * limit);
      const some = (count: number) => Array.from({ length: count }, () => `dir ${below(40)}/ü${below(100)}`);
      const writer = writeNewState(file);
      const paths = new Set(some(3500));
      for (const path of paths) writer.add(rowOf(path, below(1000), { leftAlone: below(20) === 0 }));
      writer.commit();
      writer.close();
      assert.deepEqual(seen(file), expected(file), `seed ${seed}: new`);
      for (let turn = 1; turn <= 8; turn += 1) {
        const changed = new Map(
          some(below(60)).map((path): [string, InstalledPath] => {
            const [type, xattrs] =
              below(3) === 0 ? (['directory', '[["user.x","MQ=="]]'] as const) : (['file', ''] as const);
            const about = {
              type,
              xattrs,
              class: below(2) === 0 ? 'image' : 'package',
              leftAlone: below(5) === 0,
            } as const;
            return [path, rowOf(path, 1000 * turn + below(1000), about)];
          }),
        );
        const removed = some(below(30)).filter((path) => !changed.has(path));
        updateState(file, { changed: changed.values(), removed, settled: below(2) === 0 ? SETTLED : undefined });
        if (below(3) === 0) editByHand(file, some(2));
        assert.deepEqual(seen(file), expected(file), `seed ${seed}: turn ${turn}`);
      }
    });
  }
});

test('a few changes are a part of their own, many are all parts anew', async () => {
  await withFile((file) => {
    const parts = () => withStateDatabase(file, (database) => listParts(database).map(({ later }) => later));
    const path = (index: number) => `file ${index}`;
    const writer = writeNewState(file);
    for (let index = 0; index < 5 * ROWS_IN_PART; index += 1) writer.add(rowOf(path(index), 1));
    writer.commit();
    writer.close();
    assert.deepEqual(parts(), [false, false, false, false, false]);
    const change = (from: number, to: number) => {
      const changed = Array.from({ length: to - from }, (_, index) => rowOf(path(from + index), 2));
      updateState(file, { changed, removed: [], settled: SETTLED });
    };
    change(0, 3);
    assert.deepEqual(parts(), [false, false, false, false, false, true]);
    updateState(file, { changed: [], removed: [], settled: SETTLED });
    assert.equal(parts().length, 6, 'nothing has changed');
    change(0, ROWS_IN_PART + 1);
    assert.deepEqual(parts(), [false, false, false, false, false]);
    const left = withStateDatabase(file, (database) => database.prepare('SELECT path FROM lstat_stale').all());
    assert.deepEqual(left, []);
    assert.deepEqual(seen(file), expected(file));
  });
});

test('a database of a program before has no columns, and gets them from the next run that settles', async () => {
  await withFile((file) => {
    updateState(file, { changed: [rowOf('a', 1), rowOf('b', 1)], removed: [], settled: SETTLED });
    const database = new DatabaseSync(file);
    for (const name of ['inserted', 'updated', 'deleted']) database.exec(`DROP TRIGGER lstat_${name}`);
    database.exec('DROP TABLE lstat_columns; DROP TABLE lstat_stale');
    database.close();
    assert.deepEqual(seen(file), []);
    updateState(file, { changed: [rowOf('b', 2)], removed: [], settled: SETTLED });
    assert.deepEqual(seen(file), expected(file));
    assert.equal(expected(file).length, 2);
  });
});

test('a damaged part is named, with what to try', async () => {
  await withFile((file) => {
    updateState(file, { changed: [rowOf('a', 1)], removed: [], settled: SETTLED });
    for (const damage of ["paths = '[1]'", "paths = '['", "xattrs = '[[]]'", "stats = x'00'"]) {
      const original = withStateDatabase(file, (database) => database.prepare('SELECT * FROM lstat_columns').get());
      withStateDatabase(file, (database) => database.exec(`UPDATE lstat_columns SET ${damage}`));
      assert.throws(
        () => seen(file),
        { name: 'UserError', message: /part 1 is damaged/, hint: /move it away/ },
        damage,
      );
      withStateDatabase(file, (database) =>
        database
          .prepare('UPDATE lstat_columns SET paths = ?, xattrs = ?, stats = ?')
          .run(original?.['paths'] ?? '', original?.['xattrs'] ?? '', original?.['stats'] ?? ''),
      );
    }
    assert.deepEqual(seen(file), expected(file));
  });
});
