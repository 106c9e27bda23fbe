// The first tables of the store. A migration that was released is never changed: fleet/store/tables.ts says what the columns
// are for.
import type { Kysely, SchemaModule } from 'kysely';
import type { ColumnTypes } from '../column-types.ts';
import { makeTables } from './make-tables.ts';
import type { TablesByName } from './make-tables.ts';

export async function makeFirstTables(database: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  await makeTables(database, types, tables);
  await makeIndexes(database.schema);
}

const tables: TablesByName = {
  meta: { columns: { key: 'text', value: 'text' } },
  hosts: {
    columns: {
      id: 'text',
      name: 'text',
      kind: 'text',
      state: 'text',
      reason: 'text',
      publicKey: 'text',
      origin: 'text',
      machineId: 'text',
      site: 'text',
      relay: 'text',
      createdAt: 'whole',
      lastSeenAt: 'whole',
      nextDueAt: 'whole',
      tokenIssued: 'whole',
      tokenEpoch: 'whole',
      isReleased: 'whole',
      recentExchangesJson: 'text',
      announcedInstalled: 'text',
      announcedCandidates: 'text',
      announcedFacts: 'text',
      packageSystem: 'text',
      installedSet: 'whole',
      installedDigest: 'text',
      candidatesSet: 'whole',
      candidatesDigest: 'text',
      summariesAsked: 'whole',
      factsJson: 'text',
      factsDigest: 'text',
      bootId: 'text',
      clockOffset: 'whole',
      messagesReceived: 'whole',
      tasksPutDown: 'whole',
      tasksIssued: 'whole',
      tasksOpen: 'whole',
    },
    nullable: ['machineId', 'lastSeenAt', 'nextDueAt', 'installedSet', 'candidatesSet', 'factsJson'],
  },
  relayWakeUps: { columns: { id: 'identity', relay: 'text', host: 'text', createdAt: 'whole' } },
  hostEvents: { columns: { id: 'identity', host: 'text', at: 'whole', text: 'text' } },
  items: {
    columns: {
      id: 'identity',
      kind: 'text',
      system: 'text',
      name: 'text',
      arch: 'text',
      version: 'text',
      flags: 'text',
      origin: 'text',
    },
  },
  sets: {
    columns: {
      id: 'identity',
      kind: 'text',
      system: 'text',
      digest: 'text',
      base: 'whole',
      added: 'bytes',
      removed: 'bytes',
      count: 'whole',
      createdAt: 'whole',
      unusedSince: 'whole',
    },
    nullable: ['base', 'unusedSince'],
  },
  sketches: { columns: { id: 'identity', base: 'whole', number: 'whole' } },
  summaries: {
    columns: { id: 'identity', system: 'text', name: 'text', summary: 'text', askedOf: 'text', askedAt: 'whole' },
    nullable: ['summary'],
  },
  tasks: {
    columns: {
      id: 'identity',
      host: 'text',
      seq: 'whole',
      kind: 'text',
      taskJson: 'text',
      state: 'text',
      createdAt: 'whole',
      createdBy: 'text',
      endedAt: 'whole',
      answerJson: 'text',
    },
    nullable: ['endedAt', 'answerJson'],
  },
  admissions: {
    columns: {
      id: 'identity',
      tokenDigest: 'text',
      kind: 'text',
      site: 'text',
      approves: 'whole',
      createdBy: 'text',
      createdAt: 'whole',
      expiresAt: 'whole',
      usedAt: 'whole',
      uses: 'whole',
    },
    nullable: ['usedAt'],
  },
  accounts: {
    columns: {
      name: 'text',
      role: 'text',
      passwordHash: 'text',
      isDisabled: 'whole',
      createdAt: 'whole',
      failedLogins: 'whole',
      lockedUntil: 'whole',
    },
    nullable: ['lockedUntil'],
  },
  credentials: {
    columns: {
      id: 'identity',
      account: 'text',
      kind: 'text',
      label: 'text',
      secretDigest: 'text',
      role: 'text',
      only: 'text',
      createdAt: 'whole',
      expiresAt: 'whole',
      lastUsedAt: 'whole',
    },
    nullable: ['lastUsedAt'],
  },
  audit: {
    columns: {
      seq: 'whole',
      at: 'whole',
      actor: 'text',
      action: 'text',
      subject: 'text',
      detailsJson: 'text',
      previousHash: 'text',
      hash: 'text',
    },
  },
  classes: { columns: { name: 'text', selector: 'text', createdBy: 'text', createdAt: 'whole' } },
};

async function makeIndexes(schema: SchemaModule): Promise<void> {
  const unique: readonly (readonly [table: string, ...columns: string[]])[] = [
    // By name first: whoever asks for a package finds its items by the same index.
    ['items', 'name', 'kind', 'system', 'version', 'arch', 'flags', 'origin'],
    ['sets', 'digest', 'kind', 'system'],
    ['summaries', 'name', 'system'],
    ['tasks', 'host', 'seq'],
    ['admissions', 'tokenDigest'],
    ['credentials', 'secretDigest'],
  ];
  for (const [table, ...columns] of unique) {
    await schema.createIndex(`${table}AreUnique`).unique().on(table).columns(columns).execute();
  }
  const plain: typeof unique = [
    ['hosts', 'installedSet', 'state'],
    ['hosts', 'candidatesSet', 'state'],
    ['hosts', 'state', 'name'],
    ['hosts', 'name', 'id'],
    ['hosts', 'machineId'],
    ['hosts', 'relay'],
    ['relayWakeUps', 'relay', 'id'],
    ['relayWakeUps', 'host'],
    ['hostEvents', 'host', 'id'],
    ['sets', 'base'],
    ['sketches', 'number', 'base'],
    ['sketches', 'base'],
    ['summaries', 'askedOf'],
    ['credentials', 'account'],
  ];
  for (const [table, ...columns] of plain) {
    await schema
      .createIndex(`${table}By${columns.join('And')}`)
      .on(table)
      .columns(columns)
      .execute();
  }
  // A host that nobody has let in takes no name from another, nor does one that was revoked.
  const names = schema.createIndex('hostNamesAreUnique').unique().on('hosts').column('name');
  await names.where('state' as never, 'in', ['enrolled', 'quarantined']).execute();
}
