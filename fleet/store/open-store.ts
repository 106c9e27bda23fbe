// The fleet's store: SQLite in a file, or PostgreSQL when one server is not enough. In: where it is. Out: queries and
// transactions that are the same for both. Never: knows what the rows mean.
import { chmodSync } from 'node:fs';
import { Kysely, PostgresDialect, sql } from 'kysely';
import type { Transaction } from 'kysely';
import { UserError } from '../../lib/errors.ts';
import { postgresTypes, sqliteTypes } from './column-types.ts';
import { explainFaults } from './explain-faults.ts';
import type { StoreFault } from './explain-faults.ts';
import { migrate } from './migrate.ts';
import { migrationsFor } from './migrations/all.ts';
import { explainPostgresFault } from './postgres-faults.ts';
import { makePool } from './postgres-pool.ts';
import { openSqliteFile, removeSqliteFile } from './sqlite-database.ts';
import type { SqliteFile } from './sqlite-database.ts';
import { sqliteDialect } from './sqlite-dialect.ts';
import { explainSqliteFault, refuseEmptyFile, refuseForeignFile, sizeOfFile } from './sqlite-faults.ts';
import { warnOfStore } from './warn-of-store.ts';
import type { Tables } from './tables.ts';

export type Queries = Kysely<Tables>;
export type StoreTransaction = Transaction<Tables>;

export type Store = {
  readonly kind: 'sqlite' | 'postgres';
  /** For reading, and for single statements. */
  readonly queries: Queries;
  /**
   * All of it or nothing. It is on the disk when this returns, unless `mayBeLost`: then a power cut of the server may take
   * the last of them back, and only them (SQLite `synchronous=NORMAL`, PostgreSQL `synchronous_commit=off`).
   */
  readonly transaction: <T>(
    work: (transaction: StoreTransaction) => Promise<T>,
    options?: { readonly mayBeLost?: boolean },
  ) => Promise<T>;
  /** `FOR UPDATE` where several servers write; in SQLite the transaction alone is enough. */
  readonly lockRows: <Q extends { forUpdate: () => Q }>(query: Q) => Q;
  /** What is to be said of it now: nothing can be stored, or soon it cannot. */
  readonly warnings: () => readonly string[];
  readonly close: () => Promise<void>;
};

/** Where a store is: a file, or a connection URI of PostgreSQL (`postgresql://…`; a Unix socket as its `host`). */
export type StorePlace = { readonly file: string } | { readonly postgres: string; readonly connections?: number };

/**
 * Opens the store, and makes or migrates its tables. Its queries and transactions throw a StoreError for a full disk and the like.
 * @throws UserError when it cannot be reached, is empty or another database, or was written by a newer gutinteg
 */
export function openStore(place: StorePlace): Promise<Store> {
  return 'file' in place ? openSqliteStore(place.file) : openPostgresStore(place);
}

async function openSqliteStore(file: string): Promise<Store> {
  refuseEmptyFile(file);
  const isNew = sizeOfFile(file) === undefined;
  const explain = (error: unknown): StoreFault | undefined => explainSqliteFault(file, error);
  const database = openSqlite(file, isNew);
  const { dialect, lastFault } = explainFaults(sqliteDialect(database), explain);
  const queries = new Kysely<Tables>({ dialect });
  await closeOnError(queries, () => migrate(queries as Kysely<unknown>, migrationsFor(sqliteTypes), file)).catch(
    (error: unknown) => {
      if (isNew) removeSqliteFile(file);
      throw error;
    },
  );
  let durable: Promise<unknown> = Promise.resolve();
  return {
    kind: 'sqlite',
    queries,
    transaction(work, { mayBeLost = false } = {}) {
      if (mayBeLost) return queries.transaction().execute(work);
      // The pragma is the connection's and cannot be set inside a transaction: kysely keeps one connection, in turns.
      const run = durable.then(() =>
        queries.connection().execute(async (connection) => {
          database.raw.exec('PRAGMA synchronous = FULL');
          try {
            return await connection.transaction().execute(work);
          } finally {
            database.raw.exec('PRAGMA synchronous = NORMAL');
          }
        }),
      );
      durable = run.catch(() => {});
      return run;
    },
    lockRows: (query) => query,
    warnings: () => warnOfStore(lastFault(), file),
    close: () => queries.destroy(),
  };
}

/** What a start without room has left of a new store would be taken for one that has lost everything. */
function openSqlite(file: string, isNew: boolean): SqliteFile {
  let database: SqliteFile | undefined;
  try {
    refuseForeignFile(file);
    database = openSqliteFile(file);
    chmodSync(file, 0o600);
    return database;
  } catch (error) {
    database?.close();
    if (isNew && sizeOfFile(file) !== undefined) removeSqliteFile(file);
    if (error instanceof UserError) throw error;
    throw new UserError(`the fleet's store ${file} could not be opened`, {
      cause: error,
      hint:
        explainSqliteFault(file, error)?.hint ??
        'its owner must be whom the server runs as; if it is damaged, put a copy from a backup in its place',
    });
  }
}

async function openPostgresStore(place: { postgres: string; connections?: number }): Promise<Store> {
  const pool = makePool(place.postgres, place.connections ?? 8);
  const { dialect, lastFault } = explainFaults(new PostgresDialect({ pool }), explainPostgresFault);
  const queries = new Kysely<Tables>({ dialect });
  await closeOnError(queries, async () => {
    await sql`select 1`.execute(queries);
    await migrate(queries as Kysely<unknown>, migrationsFor(postgresTypes), 'the database of the fleet');
  });
  return {
    kind: 'postgres',
    queries,
    transaction: (work, { mayBeLost = false } = {}) =>
      queries.transaction().execute(async (transaction) => {
        if (mayBeLost) await sql`set local synchronous_commit = off`.execute(transaction);
        return work(transaction);
      }),
    lockRows: (query) => query.forUpdate(),
    warnings: () => warnOfStore(lastFault()),
    close: () => queries.destroy(),
  };
}

async function closeOnError(queries: Queries, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    await queries.destroy();
    throw error;
  }
}
