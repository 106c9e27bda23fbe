import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, test } from 'node:test';
import { sql } from 'kysely';
import { openStore } from './open-store.ts';

const directory = mkdtempSync(join(tmpdir(), 'gutinteg-fleet-'));
after(() => rmSync(directory, { recursive: true }));

test("a new store has all tables, is the owner's alone, and opens again", async () => {
  const file = join(directory, 'new.db');
  const first = await openStore({ file });
  await first.transaction((transaction) => transaction.insertInto('meta').values({ key: 'a', value: 'b' }).execute());
  await first.close();
  assert.equal(statSync(file).mode & 0o777, 0o600);
  const second = await openStore({ file });
  const { value } = await second.queries.selectFrom('meta').select('value').executeTakeFirstOrThrow();
  assert.equal(value, 'b');
  await second.close();
});

test('a transaction that fails leaves nothing, and the next one works', async () => {
  const store = await openStore({ file: join(directory, 'failing.db') });
  const write = (key: string, fails: boolean, mayBeLost: boolean): Promise<void> =>
    store.transaction(
      async (transaction) => {
        await transaction.insertInto('meta').values({ key, value: '' }).execute();
        if (fails) throw new Error('on purpose');
      },
      { mayBeLost },
    );
  for (const mayBeLost of [true, false]) {
    await assert.rejects(write(`x${mayBeLost}`, true, mayBeLost), /on purpose/);
    await write(`y${mayBeLost}`, false, mayBeLost);
  }
  const keys = await store.queries.selectFrom('meta').select('key').orderBy('key').execute();
  assert.deepEqual(
    keys.map(({ key }) => key),
    ['yfalse', 'ytrue'],
  );
  await store.close();
});

test('a store of a newer program is refused and stays as it is', async () => {
  const file = join(directory, 'newer.db');
  const store = await openStore({ file });
  await store.close();
  const raw = new DatabaseSync(file);
  raw.exec("INSERT INTO kysely_migration VALUES ('9999-of-tomorrow', '2030-01-01')");
  raw.close();
  await assert.rejects(openStore({ file }), /newer gutinteg .*9999-of-tomorrow.*nothing was changed/);
});

test('a file that is no database is refused with its name', async () => {
  await assert.rejects(openStore({ file: directory }), {
    message: new RegExp(`store ${directory} could not be opened`),
    hint: /put a copy from a backup in its place/,
  });
});

test('a store that has lost everything is not taken for a new one', async () => {
  const file = join(directory, 'emptied.db');
  writeFileSync(file, '');
  await assert.rejects(openStore({ file }), {
    message: /emptied\.db has 0 bytes: it has lost what was in it; nothing was started/,
    hint: /a copy from a backup.* remove it/,
  });
  assert.equal(statSync(file).size, 0);
});

test('a database that never was a store is refused and stays as it is', async () => {
  const file = join(directory, 'foreign.db');
  const raw = new DatabaseSync(file);
  raw.exec('CREATE TABLE songs (title TEXT)');
  raw.close();
  const before = readFileSync(file);
  await assert.rejects(openStore({ file }), /is no store of a fleet, but another database \(it has songs\)/);
  assert.deepEqual(readFileSync(file), before);
});

test('a file that was cut short or overwritten is called damaged', async () => {
  const file = join(directory, 'noise.db');
  writeFileSync(file, 'x'.repeat(8192));
  await assert.rejects(openStore({ file }), { hint: /put a copy from a backup in its place/ });
  assert.equal(statSync(file).size, 8192);
});

test('a full disk is told in words, and is forgotten once something could be stored', async () => {
  const store = await openStore({ file: join(directory, 'full.db') });
  const put = (key: string): Promise<unknown> =>
    store.transaction((transaction) =>
      transaction
        .insertInto('meta')
        .values({ key, value: 'x'.repeat(100_000) })
        .execute(),
    );
  // SQLite's own limit fails as a disk does.
  await sql`pragma max_page_count = 1`.execute(store.queries);
  for (const key of ['a', 'b']) {
    await assert.rejects(put(key), { name: 'StoreError', message: /full\.db is full; nothing was changed/ });
  }
  const [warning = ''] = store.warnings();
  assert.match(warning, /^no report could be stored since .* UTC: .* is full; .*free some room/);
  await sql`pragma max_page_count = 100000`.execute(store.queries);
  await put('c');
  assert.doesNotMatch(store.warnings().join(), /no report/);
  await store.close();
});
