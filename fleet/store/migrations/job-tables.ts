// The tables of jobs. fleet/store/tables.ts says what the columns are for.
import type { Kysely } from 'kysely';
import type { ColumnTypes } from '../column-types.ts';
import { makeTables } from './make-tables.ts';
import type { TablesByName } from './make-tables.ts';

export async function makeJobTables(database: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  await makeTables(database, types, tables);
  const { schema } = database;
  await schema
    .alterTable('hosts')
    .addColumn('orderSerial', types.whole as never, (column) => column.notNull().defaultTo(0))
    .execute();
  await schema.createIndex('jobsByState').on('jobs').columns(['state', 'id']).execute();
  await schema.createIndex('jobHostsByHost').on('jobHosts').columns(['host', 'state']).execute();
  await schema.createIndex('jobHostsByState').on('jobHosts').columns(['job', 'state', 'ring', 'host']).execute();
  await schema
    .createIndex('jobPlansAreUnique')
    .unique()
    .on('jobPlans')
    .columns(['job', 'installedDigest', 'candidatesDigest', 'system'])
    .execute();
  await schema.createIndex('jobPlansByTask').on('jobPlans').column('task').execute();
}

const tables: TablesByName = {
  jobs: {
    columns: {
      id: 'identity',
      state: 'text',
      reason: 'text',
      specJson: 'text',
      createdBy: 'text',
      createdAt: 'whole',
      approvedBy: 'text',
      approvedAt: 'whole',
      startedAt: 'whole',
      endedAt: 'whole',
      expiresAt: 'whole',
      budget: 'whole',
      total: 'whole',
      ring: 'whole',
      openLeases: 'whole',
      pardoned: 'whole',
      undoes: 'whole',
      schedule: 'text',
    },
    nullable: ['approvedAt', 'startedAt', 'endedAt', 'undoes', 'schedule'],
  },
  jobRings: {
    columns: { job: 'whole', ring: 'whole', total: 'whole', openedAt: 'whole', lastEndedAt: 'whole' },
    nullable: ['openedAt', 'lastEndedAt'],
    key: ['job', 'ring'],
  },
  jobCounts: {
    columns: { job: 'whole', ring: 'whole', state: 'text', hosts: 'whole' },
    key: ['job', 'ring', 'state'],
  },
  jobPlans: {
    columns: {
      id: 'identity',
      job: 'whole',
      system: 'text',
      installedDigest: 'text',
      candidatesDigest: 'text',
      hosts: 'whole',
      state: 'text',
      askedOf: 'text',
      askedAt: 'whole',
      task: 'whole',
      changesJson: 'text',
      staysJson: 'text',
      text: 'text',
    },
    nullable: ['askedAt', 'task'],
  },
  jobHosts: {
    columns: {
      job: 'whole',
      host: 'text',
      ring: 'whole',
      state: 'text',
      reason: 'text',
      since: 'whole',
      leaseUntil: 'whole',
      task: 'whole',
      plan: 'whole',
      lookTask: 'whole',
      beforeDigest: 'text',
      changesJson: 'text',
      resultJson: 'text',
    },
    nullable: ['leaseUntil', 'task', 'plan', 'lookTask', 'changesJson', 'resultJson'],
    key: ['job', 'host'],
  },
};
