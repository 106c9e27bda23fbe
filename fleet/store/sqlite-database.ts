// node:sqlite, as kysely's SQLite dialect wants its database. In: a file. Out: an open database. Never: knows a table.
import { rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { SQLInputValue, StatementSync } from 'node:sqlite';
import type { SqliteDatabase, SqliteStatement } from 'kysely';

/** Statements that are kept compiled; the server has some hundred different ones. */
const KEPT_STATEMENTS = 300;

export type SqliteFile = SqliteDatabase & { readonly raw: DatabaseSync };

/**
 * Opens a file in WAL mode: readers of other connections are not kept waiting by the writer.
 * @param options.isReadOnly a second connection, for questions
 * @throws Error of SQLite when the file is none of its own
 */
export function openSqliteFile(file: string, options: { isReadOnly?: boolean } = {}): SqliteFile {
  const raw = new DatabaseSync(file, { readOnly: options.isReadOnly === true, timeout: 10_000 });
  if (options.isReadOnly !== true) raw.exec('PRAGMA journal_mode = WAL');
  raw.exec('PRAGMA synchronous = NORMAL; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -32768');
  const kept = new Map<string, SqliteStatement>();
  return {
    raw,
    close: () => raw.close(),
    prepare(text) {
      const known = kept.get(text);
      if (known !== undefined) return known;
      if (kept.size >= KEPT_STATEMENTS) kept.clear();
      const statement = text === 'rollback' ? rollback(raw) : asKyselyWants(raw.prepare(text));
      kept.set(text, statement);
      return statement;
    },
  };
}

/** With its journals, if there are any. */
export function removeSqliteFile(file: string): void {
  for (const path of [file, `${file}-wal`, `${file}-shm`]) rmSync(path, { force: true });
}

/** After some errors, as of a full disk, SQLite has rolled back already; that the second one fails would hide the first. */
function rollback(raw: DatabaseSync): SqliteStatement {
  const statement = asKyselyWants(raw.prepare('rollback'));
  const nothing = { changes: 0, lastInsertRowid: 0 };
  return { ...statement, run: (parameters) => (raw.isTransaction ? statement.run(parameters) : nothing) };
}

function asKyselyWants(statement: StatementSync): SqliteStatement {
  const values = (parameters: readonly unknown[]): SQLInputValue[] => parameters as SQLInputValue[];
  return {
    reader: statement.columns().length > 0,
    all: (parameters) => statement.all(...values(parameters)),
    run: (parameters) => statement.run(...values(parameters)),
    *iterate(parameters) {
      yield* statement.iterate(...values(parameters));
    },
  };
}
