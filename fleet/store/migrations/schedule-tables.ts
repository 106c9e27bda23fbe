// The tables of windows and schedules. fleet/store/tables.ts says what the columns are for.
import type { Kysely } from 'kysely';
import type { ColumnTypes } from '../column-types.ts';
import { makeTables } from './make-tables.ts';
import type { TablesByName } from './make-tables.ts';

export async function makeScheduleTables(database: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  await makeTables(database, types, tables);
  const { schema } = database;
  const added = { windowFrom: types.whole, ordersFrom: types.whole, windowTo: types.whole, windowZone: types.text };
  for (const [column, type] of Object.entries(added)) {
    await schema
      .alterTable('jobs')
      .addColumn(column, type as never)
      .execute();
  }
}

const tables: TablesByName = {
  windows: {
    columns: {
      name: 'text',
      cron: 'text',
      zone: 'text',
      durationSeconds: 'whole',
      savedBy: 'text',
      savedAt: 'whole',
    },
  },
  schedules: {
    columns: {
      name: 'text',
      cron: 'text',
      zone: 'text',
      specJson: 'text',
      approves: 'whole',
      despiteRefusals: 'whole',
      savedBy: 'text',
      savedAt: 'whole',
      pausedBy: 'text',
      nextAt: 'whole',
      lastAt: 'whole',
      lastJob: 'whole',
      lastText: 'text',
    },
    nullable: ['nextAt', 'lastAt', 'lastJob'],
  },
};
