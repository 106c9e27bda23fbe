import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import { migrate } from './migrate.ts';
import { openSqliteFile } from './sqlite-database.ts';
import { sqliteDialect } from './sqlite-dialect.ts';

const directory = mkdtempSync(join(tmpdir(), 'gutinteg-fleet-'));
after(() => rmSync(directory, { recursive: true }));

const tableNamed = (name: string, fails = false): Migration => ({
  up: async (database: Kysely<unknown>) => {
    await database.schema.createTable(name).addColumn('id', 'integer').execute();
    if (fails) throw new Error('the power is cut');
  },
});

test('a step that does not come to its end leaves nothing, and the next start does it', async () => {
  const queries = new Kysely<unknown>({ dialect: sqliteDialect(openSqliteFile(join(directory, 'half.db'))) });
  const tables = async (): Promise<string[]> => (await queries.introspection.getTables()).map(({ name }) => name);
  await migrate(queries, { '0001-a': tableNamed('a') }, 'half.db');
  const broken = migrate(queries, { '0001-a': tableNamed('a'), '0002-b': tableNamed('b', true) }, 'half.db');
  await assert.rejects(broken, /half\.db could not be brought to this version's tables/);
  assert.deepEqual(await tables(), ['a']);
  await migrate(queries, { '0001-a': tableNamed('a'), '0002-b': tableNamed('b') }, 'half.db');
  assert.deepEqual(await tables(), ['a', 'b']);
  await queries.destroy();
});
