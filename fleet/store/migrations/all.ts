// Every step from an empty database to today's tables, in order. A released step is never changed or taken out.
import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import type { ColumnTypes } from '../column-types.ts';
import { makeFirstTables } from './first-tables.ts';
import { makeJobTables } from './job-tables.ts';
import { makeUndoTables } from './undo-tables.ts';
import { makeScheduleTables } from './schedule-tables.ts';

type Step = (database: Kysely<unknown>, types: ColumnTypes) => Promise<void>;

/** By name, in the order of names. */
const steps: Readonly<Record<string, Step>> = {
  '0001-first-tables': makeFirstTables,
  '0002-jobs': makeJobTables,
  '0003-undo': makeUndoTables,
  '0004-schedules': makeScheduleTables,
};

/** As kysely's Migrator takes them. */
export function migrationsFor(types: ColumnTypes): Record<string, Migration> {
  return Object.fromEntries(
    Object.entries(steps).map(([name, step]) => [name, { up: (database: Kysely<unknown>) => step(database, types) }]),
  );
}
