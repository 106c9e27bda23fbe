// Lists that no host has any more: they go after some days, and what is needed stays, in both databases.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digestOfItems } from '../../contract/fleet/inventory.ts';
import type { Item } from '../../contract/fleet/inventory.ts';
import { readList } from '../../fleet/inventories/read-list.ts';
import { findList, storeList } from '../../fleet/inventories/store-list.ts';
import { tidyInventories } from '../../fleet/inventories/tidy-inventories.ts';
import { openStore } from '../../fleet/store/open-store.ts';
import type { Store } from '../../fleet/store/open-store.ts';
import { addHost } from '../helpers/fleet-host.ts';
import { storeKinds } from '../helpers/stores.ts';

const DAY = 86_400_000;
const NOW = 1_700_000_000_000;
const installed = { kind: 'installed', system: 'dpkg' } as const;

const items = (from: number, count: number): Item[] =>
  Array.from({ length: count }, (_, index) => [`package-${from + index}`, 'amd64', '1', '', '']);

async function put(store: Store, list: readonly Item[]): Promise<number> {
  const result = await store.transaction((transaction) =>
    storeList({ store, transaction, now: NOW }, { ...installed, digest: digestOfItems(list), items: list }),
  );
  assert.ok(result.result === 'stored');
  return result.set;
}

const setHost = (store: Store, installedSet: number): Promise<unknown> =>
  store.queries.updateTable('hosts').set({ installedSet }).where('id', '=', 'host').execute();

async function rowsOf(store: Store): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const table of ['sets', 'items', 'sketches'] as const) {
    counts[table] = (await store.queries.selectFrom(table).select('id').execute()).length;
  }
  return counts;
}

const kinds = storeKinds();

for (const { name, newPlace } of kinds) {
  test(`lists go some days after the last host had them, with their packages (${name})`, async () => {
    const store = await openStore(await newPlace());
    const tidy = (days: number) => tidyInventories({ store, now: NOW + days * DAY, keepMs: 7 * DAY });
    const lists = [
      items(0, 100),
      [...items(0, 100), ...items(200, 3)],
      items(1000, 50),
      [...items(0, 100), ...items(300, 3)],
    ];
    const sets: number[] = [];
    for (const list of lists) sets.push(await put(store, list));
    await addHost(store, { id: 'host', name: 'host', installedSet: sets[1] ?? 0 });
    assert.deepEqual(await tidy(0), { sets: 0, items: 0 });
    assert.deepEqual(await tidy(6), { sets: 0, items: 0 }, 'before its time');
    // The newest set stays, and a base that a host's set depends on.
    assert.deepEqual(await tidy(7), { sets: 1, items: 50 });
    assert.equal(await readList(store.queries, sets[2] ?? 0), undefined);
    for (const index of [0, 1, 3])
      assert.equal((await readList(store.queries, sets[index] ?? 0))?.items.length, lists[index]?.length);
    assert.deepEqual(await rowsOf(store), { sets: 3, items: 106, sketches: 12 });
    await store.close();
  });

  test(`a list that a host has again is kept, and its time begins anew (${name})`, async () => {
    const store = await openStore(await newPlace());
    const tidy = (days: number) => tidyInventories({ store, now: NOW + days * DAY, keepMs: 7 * DAY });
    const [list, next] = [items(0, 60), items(100, 60)];
    const [set, nextSet] = [await put(store, list), await put(store, next)];
    await addHost(store, { id: 'host', name: 'host', installedSet: nextSet });
    await tidy(0);
    const digest = digestOfItems(list);
    assert.equal(await store.transaction((transaction) => findList(transaction, { ...installed, digest })), set);
    await setHost(store, set);
    assert.deepEqual(await tidy(8), { sets: 0, items: 0 });
    await setHost(store, nextSet);
    await tidy(9);
    // Without a word: it is noted when it is next looked at.
    await setHost(store, set);
    await tidy(10);
    await setHost(store, nextSet);
    assert.deepEqual(await tidy(16), { sets: 0, items: 0 });
    assert.deepEqual(await tidy(22), { sets: 0, items: 0 });
    assert.deepEqual(await tidy(23), { sets: 1, items: 60 });
    await store.close();
  });

  test(`the newest package stays, as its number would be given to another one (${name})`, async () => {
    const store = await openStore(await newPlace());
    for (const list of [items(0, 60), items(0, 61), items(1, 59)]) await put(store, list);
    assert.deepEqual(await tidyInventories({ store, now: NOW, keepMs: 0 }), { sets: 1, items: 0 });
    await put(store, items(100, 1));
    assert.deepEqual(await tidyInventories({ store, now: NOW, keepMs: 0 }), { sets: 1, items: 1 });
    await store.close();
  });

  test(`one call takes no more than it was told (${name})`, async () => {
    const store = await openStore(await newPlace());
    for (let list = 0; list < 5; list += 1) await put(store, items(list * 100, 10));
    const tidy = () => tidyInventories({ store, now: NOW, keepMs: 0, most: 3 });
    assert.deepEqual(await tidy(), { sets: 3, items: 3 });
    assert.deepEqual(await tidy(), { sets: 1, items: 3 });
    await store.close();
  });
}

test('servers that store and take away at once lose nothing and store nothing twice (PostgreSQL)', async () => {
  const place = await kinds[1].newPlace();
  const servers = [await openStore(place), await openStore(place), await openStore(place)] as const;
  const [tidier] = servers;
  await addHost(tidier, { id: 'host', name: 'host', installedSet: null });
  const storing = new AbortController();
  const tidying = (async () => {
    let gone = 0;
    while (!storing.signal.aborted) gone += (await tidyInventories({ store: tidier, now: NOW + DAY, keepMs: 0 })).sets;
    return gone;
  })();
  // Each list is stored by both at once, and is the host's for a moment, in which it must be whole.
  const store = async (server: Store, list: readonly Item[]): Promise<void> =>
    server.transaction(async (transaction) => {
      await server.lockRows(transaction.selectFrom('hosts').select('id').where('id', '=', 'host')).execute();
      const reported = { ...installed, digest: digestOfItems(list), items: list };
      const result = await storeList({ store: server, transaction, now: NOW }, reported);
      assert.ok(result.result === 'stored');
      await transaction.updateTable('hosts').set({ installedSet: result.set }).where('id', '=', 'host').execute();
    });
  for (let round = 0; round < 30; round += 1) {
    const list = [...items(0, 40), ...items(100 + (round % 7), 5)];
    await Promise.all(servers.slice(1).map((server) => store(server, list)));
    const { installedSet } = await tidier.queries.selectFrom('hosts').select('installedSet').executeTakeFirstOrThrow();
    assert.equal((await readList(tidier.queries, installedSet ?? 0))?.digest, digestOfItems(list));
  }
  storing.abort();
  assert.ok((await tidying) > 0, 'something was taken away meanwhile');
  const counts = await tidier.queries
    .selectFrom('items')
    .select(({ fn }) => [fn.countAll().as('all'), fn.count('name').distinct().as('names')])
    .executeTakeFirstOrThrow();
  assert.equal(counts.all, counts.names);
  for (const server of servers) await server.close();
});
