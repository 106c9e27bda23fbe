import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, test } from 'node:test';
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
