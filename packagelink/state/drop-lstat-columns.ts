// What programs of a few days kept beside the rows: a copy in columns, and triggers that noted what had changed since
// (ADR 15, withdrawn by ADR 20). In: a database, in a transaction of the caller. Out: the database without them. Never:
// changes what the rows say.
import type { DatabaseSync } from 'node:sqlite';

// The triggers first: a write to `paths` fails while one of them names a table that is gone.
const DROP = `
  DROP TRIGGER IF EXISTS lstat_inserted; DROP TRIGGER IF EXISTS lstat_updated; DROP TRIGGER IF EXISTS lstat_deleted;
  DROP TABLE IF EXISTS lstat_columns; DROP TABLE IF EXISTS lstat_stale`;

/** Drops the copy, if there is one. A program that kept it makes it anew when it finds none. */
export function dropLstatColumns(database: DatabaseSync): void {
  database.exec(DROP);
}
