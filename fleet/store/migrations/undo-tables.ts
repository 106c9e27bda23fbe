// What hosts of a job do where they do not all do the same. fleet/store/tables.ts says what the columns are for.
import type { Kysely } from 'kysely';
import type { ColumnTypes } from '../column-types.ts';
import { makeTables } from './make-tables.ts';

export async function makeUndoTables(database: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  const { schema } = database;
  await makeTables(database, types, {
    jobVariants: { columns: { job: 'whole', variant: 'text', actionJson: 'text' }, key: ['job', 'variant'] },
  });
  for (const table of ['jobHosts', 'jobPlans']) {
    const added = schema.alterTable(table);
    await added.addColumn('variant', types.text as never, (column) => column.notNull().defaultTo('')).execute();
  }
  await schema.dropIndex('jobPlansAreUnique').execute();
  await schema
    .createIndex('jobPlansAreUnique')
    .unique()
    .on('jobPlans')
    .columns(['job', 'installedDigest', 'candidatesDigest', 'system', 'variant'])
    .execute();
}
