// A SQLite file of an earlier program, brought to the tables of this one. In: an open database, and numbered steps. Out:
// the same database at the newest version. Never: leaves a database half way, or touches one that a newer program wrote.
import type { DatabaseSync } from 'node:sqlite';
import { UserError } from './errors.ts';

/** SQL, or a function that runs statements; it is run inside a transaction and must not end it. */
export type MigrationStep = string | ((database: DatabaseSync) => void);

export type Migrations = {
  /** The oldest version that is understood: the tables of an empty file, before any step. */
  readonly first: { readonly version: number; readonly tables: MigrationStep };
  /** The first leads from `first.version` to the next one, and so on. A step that was released is never changed. */
  readonly steps: readonly MigrationStep[];
  /** What to do about a database that this program does not understand. */
  readonly hint: string;
};

/** The version that this program writes; PRAGMA user_version holds it. */
export const newestVersion = ({ first, steps }: Migrations): number => first.version + steps.length;

/** 0 for a file without tables. */
export function readVersion(database: DatabaseSync): number {
  return Number(database.prepare('PRAGMA user_version').get()?.['user_version']);
}

/** Reads only. @throws UserError for a version that this program does not understand; nothing was changed */
export function checkVersion(database: DatabaseSync, file: string, migrations: Migrations): void {
  const version = readVersion(database);
  const newest = newestVersion(migrations);
  if (version === 0 || (version >= migrations.first.version && version <= newest)) return;
  const age = version > newest ? 'a newer' : 'an older';
  throw new UserError(
    `${file} was written by ${age} gutinteg (format ${version}, known ${newest}); nothing was changed`,
    { hint: migrations.hint },
  );
}

/**
 * Makes the tables of an empty file, or does all steps that are missing, in one transaction: a program that is killed in
 * between leaves the version before. Writes nothing where nothing is missing.
 * @throws UserError for a version that this program does not understand; an error of SQLite or of a step
 */
export function migrateDatabase(database: DatabaseSync, file: string, migrations: Migrations): void {
  checkVersion(database, file, migrations);
  if (readVersion(database) === newestVersion(migrations)) return;
  database.exec('BEGIN IMMEDIATE');
  try {
    // Another program may have done it while this one waited.
    checkVersion(database, file, migrations);
    runMissingSteps(database, readVersion(database), migrations);
    database.exec(`PRAGMA user_version = ${newestVersion(migrations)}; COMMIT`);
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

function runMissingSteps(database: DatabaseSync, version: number, { first, steps }: Migrations): void {
  const missing = version === 0 ? [first.tables, ...steps] : steps.slice(version - first.version);
  for (const step of missing) {
    if (typeof step === 'string') database.exec(step);
    else step(database);
  }
}
