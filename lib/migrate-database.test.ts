import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { migrateDatabase } from './migrate-database.ts';
import type { MigrationStep } from './migrate-database.ts';

const MIGRATIONS = {
  first: { version: 2, tables: "CREATE TABLE fruits (name TEXT); INSERT INTO fruits VALUES ('apple')" },
  steps: [
    'ALTER TABLE fruits ADD COLUMN colour TEXT',
    (database: DatabaseSync) => void database.prepare('UPDATE fruits SET colour = ?').run('red'),
  ] as readonly MigrationStep[],
  hint: 'eat something else',
};
const OLD = "CREATE TABLE fruits (name TEXT); INSERT INTO fruits VALUES ('pear'); PRAGMA user_version = 2";

function setUp(context: TestContext, sql = '') {
  const dir = mkdtempSync(join(tmpdir(), 'gutinteg-migrate-'));
  context.after(() => rmSync(dir, { recursive: true }));
  const file = join(dir, 'fruits.db');
  const database = new DatabaseSync(file);
  context.after(() => {
    if (database.isOpen) database.close();
  });
  if (sql !== '') database.exec(sql);
  return { database, file };
}

/** What another connection sees. */
function seen(file: string) {
  const other = new DatabaseSync(file, { readOnly: true });
  try {
    const version = other.prepare('PRAGMA user_version').get()?.['user_version'];
    return {
      version,
      rows: other
        .prepare('SELECT * FROM fruits')
        .all()
        .map((row) => ({ ...row })),
    };
  } finally {
    other.close();
  }
}

const BROUGHT: readonly { name: string; sql: string; rows: unknown }[] = [
  { name: 'an empty file', sql: '', rows: [{ name: 'apple', colour: 'red' }] },
  { name: 'the first version', sql: OLD, rows: [{ name: 'pear', colour: 'red' }] },
  {
    name: 'one that lacks the last step only',
    sql: `${OLD}; ALTER TABLE fruits ADD COLUMN colour TEXT; PRAGMA user_version = 3`,
    rows: [{ name: 'pear', colour: 'red' }],
  },
  {
    name: 'the newest, which keeps what it says',
    sql: `${OLD}; ALTER TABLE fruits ADD COLUMN colour TEXT; PRAGMA user_version = 4`,
    rows: [{ name: 'pear', colour: null }],
  },
];
for (const { name, sql, rows } of BROUGHT) {
  test(`brought to the newest version: ${name}`, (context) => {
    const { database, file } = setUp(context, sql);
    migrateDatabase(database, file, MIGRATIONS);
    assert.deepEqual(seen(file), { version: 4, rows });
  });
}

for (const [version, age] of [
  [5, 'a newer'],
  [1, 'an older'],
] as const) {
  test(`version ${version} is refused with a hint, and no byte of it is changed`, (context) => {
    const { database, file } = setUp(context, `${OLD}; PRAGMA user_version = ${version}`);
    const before = readFileSync(file);
    const message = `${file} was written by ${age} gutinteg (format ${version}, known 4); nothing was changed`;
    assert.throws(() => migrateDatabase(database, file, MIGRATIONS), { message, hint: MIGRATIONS.hint });
    assert.deepEqual(readFileSync(file), before);
  });
}

test('an error in the last step leaves the version before, with all that it had', (context) => {
  const { database, file } = setUp(context, OLD);
  const fails = (): void => {
    throw new Error('a defect');
  };
  const steps = [...MIGRATIONS.steps, fails];
  assert.throws(() => migrateDatabase(database, file, { ...MIGRATIONS, steps }), /a defect/);
  assert.deepEqual(seen(file), { version: 2, rows: [{ name: 'pear' }] });
  migrateDatabase(database, file, MIGRATIONS);
  assert.equal(seen(file).version, 4);
});

test('killed in the last step: the same', (context) => {
  const { database, file } = setUp(context, `PRAGMA journal_mode = WAL; ${OLD}`);
  database.close();
  const script = `
    const { DatabaseSync } = await import('node:sqlite');
    const { migrateDatabase } = await import(${JSON.stringify(join(import.meta.dirname, 'migrate-database.ts'))});
    const steps = ['ALTER TABLE fruits ADD COLUMN colour TEXT', () => process.kill(process.pid, 'SIGKILL')];
    migrateDatabase(new DatabaseSync(process.argv[1]), 'f', { first: { version: 2, tables: '' }, steps, hint: '' });`;
  const killed = spawnSync(process.execPath, ['--input-type=module', '--eval', script, file], { encoding: 'utf8' });
  assert.equal(killed.signal, 'SIGKILL', killed.stderr);
  assert.deepEqual(seen(file), { version: 2, rows: [{ name: 'pear' }] });
});
