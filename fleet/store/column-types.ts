// What the two databases call the same type of a column. In: which database. Out: SQL.
import { sql } from 'kysely';
import type { Expression } from 'kysely';

type Sql = Expression<unknown>;

export type ColumnTypes = {
  /** The primary key of a table whose rows number themselves. */
  readonly identity: Sql;
  readonly bytes: Sql;
  /** Whole numbers of up to 53 bits; the drivers give them as numbers. */
  readonly whole: Sql;
  /** Text in the order of its bytes, whatever the locale of the database. */
  readonly text: Sql;
};

export const sqliteTypes: ColumnTypes = {
  identity: sql`integer`,
  bytes: sql`blob`,
  whole: sql`integer`,
  text: sql`text`,
};

export const postgresTypes: ColumnTypes = {
  identity: sql`integer generated always as identity`,
  bytes: sql`bytea`,
  whole: sql`bigint`,
  text: sql`text collate "C"`,
};
