// Lists of hosts in both databases: stored once, whoever reports them, as few bytes, and read back as they were.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digestOfItems } from '../../contract/fleet/inventory.ts';
import type { Item } from '../../contract/fleet/inventory.ts';
import { readList } from '../../fleet/inventories/read-list.ts';
import { storeList } from '../../fleet/inventories/store-list.ts';
import type { ReportedList, StoreListResult } from '../../fleet/inventories/store-list.ts';
import { openStore } from '../../fleet/store/open-store.ts';
import type { Store } from '../../fleet/store/open-store.ts';
import { storeKinds } from '../helpers/stores.ts';

const NOW = 1_700_000_000_000;
const installed = { kind: 'installed', system: 'dpkg' } as const;

const items = (count: number, version = '1.0'): Item[] =>
  Array.from({ length: count }, (_, index) => [`package-${index}`, 'amd64', version, '', '']);

const whole = (list: readonly Item[]): ReportedList => ({ ...installed, digest: digestOfItems(list), items: list });

const tryToStore = (store: Store, list: ReportedList, former: number | null = null): Promise<StoreListResult> =>
  store.transaction((transaction) => storeList({ store, transaction, now: NOW, former }, list));

async function stored(store: Store, list: ReportedList, former: number | null = null): Promise<number> {
  const result = await tryToStore(store, list, former);
  assert.equal(result.result, 'stored', JSON.stringify(result));
  return result.result === 'stored' ? result.set : 0;
}

const byText = (list: readonly Item[]): string[] => list.map((item) => item.join('|')).toSorted();

async function assertHas(store: Store, set: number, list: readonly Item[]): Promise<void> {
  const read = await readList(store.queries, set);
  assert.deepEqual(byText(read?.items ?? []), byText(list));
  assert.equal(read?.digest, digestOfItems(list));
}

async function countRows(store: Store): Promise<{ items: number; sets: number }> {
  const count = async (table: 'items' | 'sets') =>
    (await store.queries.selectFrom(table).select('id').execute()).length;
  return { items: await count('items'), sets: await count('sets') };
}

const base = items(1000);
const [first, second] = base as [Item, Item];
const other: Item = ['other', 'all', '2:1~rc1-1', 'held', 'Ünïcode, "quotes" & 😀'];
const changed = [...base.slice(1), other];
const difference = (
  added: readonly Item[],
  removed: readonly Item[],
  digest = digestOfItems(changed),
): ReportedList => {
  return { ...installed, digest, base: digestOfItems(base), added, removed };
};

const refused: readonly [name: string, list: ReportedList, result: 'again' | 'refused', why: RegExp][] = [
  [
    'an item that is added and was there',
    difference([other, second], [first]),
    'again',
    /package-1 1.0 is added and was there/,
  ],
  [
    'an item that is removed and was not there',
    difference([], [other]),
    'again',
    /other 2:1~rc1-1 is removed and was not there/,
  ],
  ['an item that is added twice', difference([other, other], [first]), 'again', /other .* is added and was there/],
  ['an item that is removed twice', difference([other], [first, first]), 'again', /package-0 .* was not there/],
  ['another digest than the difference leads to', difference([other], [second]), 'again', /does not have the digest/],
  [
    'a difference from a list that nobody has',
    { ...installed, digest: digestOfItems(changed), base: digestOfItems([other]), added: [], removed: [] },
    'again',
    /is not stored/,
  ],
  [
    'a difference from a list of another package system',
    { ...difference([other], [first]), system: 'rpm' },
    'again',
    /is not stored/,
  ],
  ['an item that is there twice', whole([first, other, first]), 'refused', /package-0 1.0 is there twice/],
  ['another digest than was named', { ...whole([other]), digest: digestOfItems([first]) }, 'refused', /digest/],
  ['too many items', whole(items(100_001)), 'refused', /100001 items are more than 100000/],
];

for (const { name, newPlace } of storeKinds()) {
  test(`lists are read back as they were stored, each once, and as differences (${name})`, async () => {
    const store = await openStore(await newPlace());
    const set = await stored(store, whole(base));
    assert.equal(await stored(store, whole(base.toReversed())), set);
    const next = await stored(store, difference([other], [first]), set);
    await assertHas(store, set, base);
    await assertHas(store, next, changed);
    assert.equal(await stored(store, whole(changed)), next);
    assert.deepEqual(await countRows(store), { items: 1001, sets: 2 });
    const row = await store.queries.selectFrom('sets').selectAll().where('id', '=', next).executeTakeFirstOrThrow();
    assert.equal(row.base, set);
    assert.ok(row.added.length + row.removed.length < 5, 'as a difference');
    // The same items of another system are others, and so is the empty list of each kind.
    assert.notEqual(await stored(store, { ...whole(base), system: 'rpm' }), set);
    assert.equal((await countRows(store)).items, 2001);
    await assertHas(store, await stored(store, whole([])), []);
    await store.close();
  });

  test(`a list that differs in much becomes a base, and later ones find it (${name})`, async () => {
    const store = await openStore(await newPlace());
    const old = await stored(store, whole(base));
    const upgraded = [...items(400, '2.0'), ...base.slice(400)];
    const upgradedSet = await stored(store, whole(upgraded), old);
    const likeIt = [...upgraded.slice(5), other];
    const next = await stored(store, whole(likeIt), old);
    const rows = await store.queries.selectFrom('sets').select(['id', 'base']).orderBy('id').execute();
    const bases = rows.map(({ id, base }) => [id, base]);
    assert.deepEqual(bases, [
      [old, null],
      [upgradedSet, null],
      [next, upgradedSet],
    ]);
    await assertHas(store, next, likeIt);
    await store.close();
  });

  test(`of a list that is wrong nothing is stored (${name})`, async (context) => {
    const store = await openStore(await newPlace());
    await stored(store, whole(base));
    const before = await countRows(store);
    for (const [what, list, result, why] of refused) {
      await context.test(what, async () => {
        const answer = await tryToStore(store, list);
        assert.equal(answer.result, result);
        assert.match('why' in answer ? answer.why : '', why);
        assert.deepEqual(await countRows(store), before);
      });
    }
    await store.close();
  });
}
