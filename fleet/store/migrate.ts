// A store of an earlier program, brought to the tables of this one. In: an open database. Out: the same, at the newest step.
// Never: touches a database that a newer program wrote.
import type { Kysely } from 'kysely';
import { Migrator } from 'kysely/migration';
import type { Migration } from 'kysely/migration';
import { UserError } from '../../lib/errors.ts';
import { StoreError } from './explain-faults.ts';

/**
 * Does all steps that are missing, in one transaction and under a lock of the database: of several servers that start at
 * once, one does it.
 * @throws UserError for a store of a newer program; nothing was changed
 */
export async function migrate(
  database: Kysely<unknown>,
  migrations: Record<string, Migration>,
  where: string,
): Promise<void> {
  const migrator = new Migrator({ db: database, provider: { getMigrations: () => Promise.resolve(migrations) } });
  await refuseNewer(database, migrations, where);
  const { error } = await migrator.migrateToLatest();
  if (error instanceof StoreError) throw error;
  if (error !== undefined)
    throw new UserError(`${where} could not be brought to this version's tables`, { cause: error });
}

const DONE_STEPS = 'kysely_migration';

async function refuseNewer(
  database: Kysely<unknown>,
  migrations: Record<string, Migration>,
  where: string,
): Promise<void> {
  const tables = await database.introspection.getTables({ withInternalKyselyTables: true });
  if (!tables.some(({ name }) => name === DONE_STEPS)) return;
  const done = await (database as Kysely<{ kysely_migration: { name: string } }>)
    .selectFrom(DONE_STEPS)
    .select('name')
    .execute();
  const unknown = done.find(({ name }) => migrations[name] === undefined);
  if (unknown === undefined) return;
  throw new UserError(`${where} was written by a newer gutinteg (it has ${unknown.name}); nothing was changed`, {
    hint: 'use the newer gutinteg, or restore a backup of before its first start',
  });
}
