// The store, for questions that take long: a connection of its own that cannot write. In: where it is. Out: queries. Never: makes
// or migrates a table.
import { Kysely, PostgresDialect } from 'kysely';
import { explainFaults } from './explain-faults.ts';
import type { Queries, StorePlace } from './open-store.ts';
import { explainPostgresFault } from './postgres-faults.ts';
import { makePool } from './postgres-pool.ts';
import { openSqliteFile } from './sqlite-database.ts';
import { sqliteDialect } from './sqlite-dialect.ts';
import { explainSqliteFault } from './sqlite-faults.ts';
import type { Tables } from './tables.ts';

/**
 * In a transaction of these queries, everything is as at its first statement.
 * @param limitMs after which PostgreSQL gives a statement up whose caller has gone; SQLite works in the thread of the caller
 */
export function openForReading(place: StorePlace, limitMs: number): Queries {
  if ('file' in place) {
    const database = openSqliteFile(place.file, { isReadOnly: true });
    const { dialect } = explainFaults(sqliteDialect(database), (error) => explainSqliteFault(place.file, error));
    return new Kysely<Tables>({ dialect });
  }
  const options = '-c default_transaction_read_only=on -c default_transaction_isolation=repeatable\\ read';
  const pool = makePool(place.postgres, 1, { options, statement_timeout: limitMs });
  return new Kysely<Tables>({ dialect: explainFaults(new PostgresDialect({ pool }), explainPostgresFault).dialect });
}
