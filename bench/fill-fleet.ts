// A made-up fleet in a store, quickly: as if every host had reported. In: a shape. Out: rows.
import { digestOfItems, digestOfText } from '../contract/fleet/inventory.ts';
import type { Item, ListKind } from '../contract/fleet/inventory.ts';
import { internItems, keyOfItem } from '../fleet/inventories/find-items.ts';
import { insertSet } from '../fleet/inventories/insert-set.ts';
import { storeList } from '../fleet/inventories/store-list.ts';
import type { Store, StoreTransaction } from '../fleet/store/open-store.ts';
import { hostRow } from '../test/helpers/fleet-host.ts';
import { createRandom } from './create-random.ts';
import { generateCandidates, generateSets, itemOf } from './generate-fleet.ts';
import type { FleetShape } from './generate-fleet.ts';

const TURN = 500;
const system = 'dpkg';

/** @returns how many sets are bases */
export async function fillFleet(store: Store, shape: FleetShape): Promise<number> {
  const installed = await insertAll(store, 'installed', generateSets(shape));
  const candidates = await insertAll(store, 'candidates', generateCandidates(shape));
  await insertHosts(store, shape, { installed, candidates });
  const bases = await store.queries.selectFrom('sets').select('id').where('base', 'is', null).execute();
  return bases.length;
}

/** @param sets codes of items @returns the ids of the sets */
async function insertAll(store: Store, kind: ListKind, sets: Iterable<readonly number[]>): Promise<number[]> {
  const known = new Map<number, number>();
  const made: number[] = [];
  const waiting: (readonly number[])[] = [];
  const insert = async (transaction: StoreTransaction): Promise<void> => {
    for (const codes of waiting.splice(0)) {
      await learn(transaction, { kind, known, codes });
      const ids = codes.map((code) => known.get(code) ?? 0).toSorted((left, right) => left - right);
      const digest = digestOfText(`${kind} ${made.length}`);
      made.push(await insertSet(transaction, { owner: { kind, system }, digest, ids, now: 0, former: null }));
    }
  };
  for (const codes of sets) {
    waiting.push(codes);
    if (waiting.length === TURN) await store.transaction(insert, { mayBeLost: true });
  }
  await store.transaction(insert, { mayBeLost: true });
  return made;
}

type Learning = { readonly kind: ListKind; readonly known: Map<number, number>; readonly codes: readonly number[] };

async function learn(transaction: StoreTransaction, { kind, known, codes }: Learning): Promise<void> {
  const unknown = codes.filter((code) => !known.has(code));
  const items = unknown.map((code) => itemOf(code, kind));
  await internItems(transaction, { kind, system }, items);
  const rows = await readIds(transaction, kind, items);
  for (const [index, code] of unknown.entries()) known.set(code, rows.get(keyOfItem(items[index] as Item)) ?? 0);
}

export async function readIds(
  transaction: StoreTransaction,
  kind: ListKind,
  items: readonly Item[],
): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  for (let start = 0; start < items.length; start += TURN) {
    const names = items.slice(start, start + TURN).map(([name]) => name);
    const rows = await transaction
      .selectFrom('items')
      .selectAll()
      .where('kind', '=', kind)
      .where('name', 'in', names)
      .execute();
    for (const { id, name, arch, version, flags, origin } of rows)
      found.set(keyOfItem([name, arch, version, flags, origin]), id);
  }
  return found;
}

const factsJson = JSON.stringify({
  hostname: 'host-000000.lab.example.org',
  os: 'debian',
  osVersion: '12',
  kernel: '6.1.0-26-amd64',
  architecture: 'amd64',
  packageSystem: 'dpkg',
  mode: 'packages',
  agentVersion: '0.1.0',
  bootId: '00000000-0000-4000-8000-000000000000',
  rebootReasons: ['linux-image-6.1.0-28-amd64 is installed, and 6.1.0-26-amd64 is running'],
  broken: [],
  listsUpdatedAt: 1_700_000_000,
  troubles: [],
});

async function insertHosts(
  store: Store,
  { hosts }: FleetShape,
  { installed, candidates }: { readonly installed: readonly number[]; readonly candidates: readonly number[] },
): Promise<void> {
  const below = createRandom(2);
  const recentExchangesJson = JSON.stringify(Array.from({ length: 8 }, (_, index) => [10_000 + index, 'abcdefghijk']));
  const digest = digestOfText('anything');
  const told = { announcedInstalled: digest, announcedCandidates: digest, announcedFacts: digest, factsDigest: digest };
  for (let start = 0; start < hosts; start += TURN) {
    const rows = Array.from({ length: Math.min(TURN, hosts - start) }, (_, index) => {
      const number = start + index;
      const name = `host-${String(number).padStart(6, '0')}.lab.example.org`;
      // Every list has a host.
      const installedSet = installed[number < installed.length ? number : below(installed.length)] ?? null;
      const candidatesSet = candidates[below(candidates.length)] ?? null;
      const lists = { installedSet, candidatesSet, installedDigest: digest, candidatesDigest: digest };
      const publicKey = digest + digest.slice(1);
      const host = {
        id: digestOfText(name),
        name,
        publicKey,
        site: `site-${number % 300}`,
        packageSystem: 'dpkg',
      } as const;
      const seen = {
        lastSeenAt: 1_700_000_000_000,
        nextDueAt: 1_700_000_000_000,
        createdAt: 1_600_000_000_000,
        bootId: '00000000',
      };
      return hostRow({ ...host, ...seen, ...told, ...lists, factsJson, recentExchangesJson });
    });
    await store.queries.insertInto('hosts').values(rows).execute();
  }
}

const withoutId = (row: object): object => Object.fromEntries(Object.entries(row).filter(([name]) => name !== 'id'));

/** The same rows in another store; numbers are given in the same order. */
export async function copyFleet(from: Store, to: Store): Promise<void> {
  for (const table of ['items', 'sets', 'sketches'] as const) {
    for (let last = 0; ;) {
      const rows = await from.queries
        .selectFrom(table)
        .selectAll()
        .where('id', '>', last)
        .orderBy('id')
        .limit(TURN)
        .execute();
      if (rows.length === 0) break;
      last = rows.at(-1)?.id ?? last;
      await to.queries.insertInto(table).values(rows.map(withoutId)).execute();
    }
    const newest = async (store: Store) =>
      (
        await store.queries
          .selectFrom(table)
          .select(({ fn }) => fn.max('id').as('id'))
          .executeTakeFirstOrThrow()
      ).id;
    if ((await newest(from)) !== (await newest(to))) throw new Error(`${table} have other numbers in the copy`);
  }
  for (let last = ''; ;) {
    const rows = await from.queries
      .selectFrom('hosts')
      .selectAll()
      .where('id', '>', last)
      .orderBy('id')
      .limit(TURN)
      .execute();
    if (rows.length === 0) return;
    last = rows.at(-1)?.id ?? last;
    await to.queries.insertInto('hosts').values(rows).execute();
  }
}

/** New lists as hosts report them, each in a transaction that is on the disk. @returns milliseconds of each */
export async function storeWholeLists(store: Store, shape: FleetShape, count: number): Promise<number[]> {
  const took: number[] = [];
  for (const codes of generateSets({ ...shape, sets: shape.classes + count }, 99)) {
    const items = codes.map((code) => itemOf(code, 'installed'));
    const list = { kind: 'installed', system, digest: digestOfItems(items), items } as const;
    const started = performance.now();
    await store.transaction((transaction) => storeList({ store, transaction, now: 0 }, list));
    took.push(performance.now() - started);
  }
  return took.slice(shape.classes);
}
