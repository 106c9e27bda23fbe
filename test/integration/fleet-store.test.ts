// The fleet's store in both databases: tables, transactions, and several servers at once.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { sql } from 'kysely';
import { runCommand } from '../../lib/run-command.ts';
import { openStore } from '../../fleet/store/open-store.ts';
import type { Store } from '../../fleet/store/open-store.ts';
import { addHost } from '../helpers/fleet-host.ts';
import { startPostgres } from '../helpers/postgres.ts';
import { storeKinds } from '../helpers/stores.ts';

const kinds = storeKinds();

const put = (store: Store, key: string, options: { fails?: boolean; mayBeLost?: boolean } = {}): Promise<void> =>
  store.transaction(
    async (transaction) => {
      await transaction.insertInto('meta').values({ key, value: '' }).execute();
      if (options.fails === true) throw new Error('on purpose');
    },
    { mayBeLost: options.mayBeLost ?? false },
  );

async function keysOf(store: Store): Promise<string[]> {
  const rows = await store.queries.selectFrom('meta').select('key').orderBy('key').execute();
  return rows.map(({ key }) => key);
}

for (const { name, newPlace } of kinds) {
  test(`a transaction that fails leaves nothing, and the next one works (${name})`, async () => {
    const store = await openStore(await newPlace());
    for (const mayBeLost of [true, false]) {
      await assert.rejects(put(store, `failed-${mayBeLost}`, { fails: true, mayBeLost }), /on purpose/);
      await put(store, `kept-${mayBeLost}`, { mayBeLost });
    }
    assert.deepEqual(await keysOf(store), ['kept-false', 'kept-true']);
    await store.close();
  });

  test(`numbers, bytes and texts come back as they were, and texts are in the order of their bytes (${name})`, async () => {
    const store = await openStore(await newPlace());
    const set = {
      kind: 'installed',
      system: 'dpkg',
      base: null,
      removed: new Uint8Array(),
      unusedSince: null,
    } as const;
    const added = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    await store.queries
      .insertInto('sets')
      .values(['Z', 'ä', 'a', '-'].map((digest) => ({ ...set, digest, added, count: 2 ** 40, createdAt: 2 ** 52 })))
      .execute();
    const rows = await store.queries.selectFrom('sets').selectAll().orderBy('digest').execute();
    assert.deepEqual(
      rows.map(({ digest }) => digest),
      ['-', 'Z', 'a', 'ä'],
    );
    assert.deepEqual([rows[0]?.count, rows[0]?.createdAt, rows[0]?.base], [2 ** 40, 2 ** 52, null]);
    assert.deepEqual(Buffer.from(rows[0]?.added ?? []), Buffer.from(added));
    const { all } = await store.queries
      .selectFrom('sets')
      .select(({ fn }) => fn.countAll().as('all'))
      .executeTakeFirstOrThrow();
    assert.equal(all, 4);
    await store.close();
  });

  test(`two hosts that are let in cannot have one name (${name})`, async () => {
    const store = await openStore(await newPlace());
    await addHost(store, { id: 'a', name: 'host' });
    await addHost(store, { id: 'b', name: 'host', state: 'pending' });
    await assert.rejects(addHost(store, { id: 'c', name: 'host', state: 'quarantined' }), /unique/i);
    await store.queries.updateTable('hosts').set({ state: 'revoked' }).where('id', '=', 'a').execute();
    await addHost(store, { id: 'c', name: 'host' });
    await store.close();
  });

  test(`a store of a newer program is refused and stays as it is (${name})`, async () => {
    const place = await newPlace();
    const store = await openStore(place);
    await sql`insert into kysely_migration values ('9999-of-tomorrow', '2030-01-01')`.execute(store.queries);
    await put(store, 'of-tomorrow');
    await store.close();
    await assert.rejects(openStore(place), /newer gutinteg .*9999-of-tomorrow.*nothing was changed/);
  });
}

test('of several servers that start at once on an empty database one makes the tables (PostgreSQL)', async () => {
  const place = await kinds[1].newPlace();
  const stores = await Promise.all(Array.from({ length: 4 }, () => openStore(place)));
  for (const [index, store] of stores.entries()) await put(store, `server-${index}`);
  assert.equal((await keysOf(stores[0] as Store)).length, 4);
  for (const store of stores) await store.close();
});

test('a database that is not there, or is none: in words, with what to do, and without the password', async () => {
  const uri = 'postgresql://fleet:secret@127.0.0.1:1/fleet';
  await assert.rejects(openStore({ postgres: uri }), (error: Error & { hint?: string }) => {
    assert.match(error.message, /the database of the fleet cannot be reached: .*ECONNREFUSED/);
    assert.match(error.hint ?? '', /^check --database, /);
    return !JSON.stringify([error.message, error.hint, error.stack]).includes('secret');
  });
  await assert.rejects(
    openStore({ file: '/dev/null/fleet.db' }),
    /the fleet's store \/dev\/null\/fleet.db could not be opened/,
  );
});

test('what a transaction has returned from is there after PostgreSQL was killed, and the store goes on', async () => {
  const postgres = await startPostgres();
  after(() => postgres.stop());
  const place = await postgres.newDatabase();
  const store = await openStore({ postgres: place });
  await put(store, 'before');
  await postgres.crash();
  // Connections that were idle have ended; the pool notices, and makes new ones.
  await put(store, 'after').catch(() => put(store, 'after'));
  // One breaks between two statements of a transaction: all of it is lost, and nothing else.
  const broken = store.transaction(async (transaction) => {
    await transaction.insertInto('meta').values({ key: 'broken', value: '' }).execute();
    await postgres.crash();
    await transaction.insertInto('meta').values({ key: 'broken too', value: '' }).execute();
  });
  await assert.rejects(broken, /terminat|connection|not queryable/i);
  const { stdout } = await runCommand(['psql', place, '-At', '-c', 'select key from meta order by key']);
  assert.equal(stdout, 'after\nbefore\n');
  await store.close();
});
