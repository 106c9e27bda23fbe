// The hosts of a simulation in a store, quickly: as if each had enrolled and reported an hour ago. In: a store, a population.
// Out: rows, and what each host knows. Never: through a server, which would take an hour for 110,000.
import { digestOfFacts } from '../contract/fleet/facts.ts';
import { digestOfItems } from '../contract/fleet/inventory.ts';
import type { Item, ListKind } from '../contract/fleet/inventory.ts';
import { makeExchangeToken } from '../fleet/exchange/exchange-token.ts';
import { openFleet } from '../fleet/fleet.ts';
import { internItems, keyOfItem } from '../fleet/inventories/find-items.ts';
import { insertSet } from '../fleet/inventories/insert-set.ts';
import { factsOf, SIMULATED_BOOT_ID } from '../fleet/simulate/host-documents.ts';
import type { Population } from '../fleet/simulate/population.ts';
import { SIMULATED_SITE } from '../fleet/simulate/population.ts';
import type { RecordedSystem } from '../fleet/simulate/recorded-lists.ts';
import { candidatesNumber, candidatesOf, installedOf } from '../fleet/simulate/vary-list.ts';
import type { Store, StoreTransaction } from '../fleet/store/open-store.ts';
import { createLog } from '../lib/log.ts';
import { hostRow } from '../test/helpers/fleet-host.ts';
import { readIds } from './fill-fleet.ts';

const TURN = 500;
const system = 'dpkg';
/** Exchanges that each host has had. */
const FORMER = 100;

export type FilledList = { readonly set: number; readonly digest: string };
export type FilledLists = {
  readonly installed: readonly FilledList[];
  /** By `candidatesNumber`. */
  readonly candidates: ReadonlyMap<number, FilledList>;
};

/** @param count of different lists of what is installed */
export async function fillLists(store: Store, systems: readonly RecordedSystem[], count: number): Promise<FilledLists> {
  const numbers = Array.from({ length: count }, (_, number) => number);
  const installed = await insertLists(store, 'installed', numbers, (number) =>
    installedOf(systems, { number, revision: 0 }),
  );
  const ofCandidates = [...new Set(numbers.map((number) => candidatesNumber(systems, number)))];
  const candidates = await insertLists(store, 'candidates', ofCandidates, (number) =>
    candidatesOf(systems, { number }),
  );
  return { installed, candidates: new Map(ofCandidates.map((number, at) => [number, candidates[at] as FilledList])) };
}

async function insertLists(
  store: Store,
  kind: ListKind,
  numbers: readonly number[],
  listOf: (number: number) => readonly Item[],
): Promise<FilledList[]> {
  const known = new Map<string, number>();
  const made: FilledList[] = [];
  const sets = new Map<string, number>();
  const insert = async (transaction: StoreTransaction, some: readonly number[]): Promise<void> => {
    for (const number of some) {
      const items = listOf(number);
      const digest = digestOfItems(items);
      const set = sets.get(digest) ?? (await insertOne(transaction, { kind, items, digest, known }));
      sets.set(digest, set);
      made.push({ set, digest });
    }
  };
  for (let at = 0; at < numbers.length; at += TURN) {
    await store.transaction((transaction) => insert(transaction, numbers.slice(at, at + TURN)), { mayBeLost: true });
  }
  return made;
}

type NewList = {
  readonly kind: ListKind;
  readonly items: readonly Item[];
  readonly digest: string;
  readonly known: Map<string, number>;
};

async function insertOne(transaction: StoreTransaction, { kind, items, digest, known }: NewList): Promise<number> {
  const unknown = items.filter((item) => !known.has(keyOfItem(item)));
  await internItems(transaction, { kind, system }, unknown);
  for (const [key, id] of await readIds(transaction, kind, unknown)) known.set(key, id);
  const ids = items.map((item) => known.get(keyOfItem(item)) ?? 0).toSorted((left, right) => left - right);
  return insertSet(transaction, { owner: { kind, system }, digest, ids, now: 0, former: null });
}

/** Nobody is asked what packages are: a fleet that has run for a while knows. */
export async function describeAll(store: Store, systems: readonly RecordedSystem[]): Promise<void> {
  const names = [...new Set(systems.flatMap(({ installed }) => installed.map(([name]) => name)))];
  for (let at = 0; at < names.length; at += TURN) {
    const rows = names.slice(at, at + TURN).map((name) => {
      return { system, name, summary: `${name}, of a simulated host`, askedOf: '', askedAt: 0 };
    });
    await store.queries.insertInto('summaries').values(rows).execute();
  }
}

/** Gives each host of the population a row, an exchange token, and the digest of its list. */
export async function fillHosts(
  store: Store,
  population: Population,
  { systems, lists }: { readonly systems: readonly RecordedSystem[]; readonly lists: FilledLists },
): Promise<void> {
  const { tokenKey } = await openFleet({ store, log: createLog('bench', 'warn') });
  const recentExchangesJson = JSON.stringify(
    Array.from({ length: 8 }, (_, index) => [FORMER - 8 + index, 'abcdefghijk']),
  );
  const now = Date.now();
  for (let start = 0; start < population.size; start += TURN) {
    const rows = Array.from({ length: Math.min(TURN, population.size - start) }, (_, index) => {
      const host = start + index;
      const { id, publicKey } = population.meet(host);
      population.setToken(host, makeExchangeToken(tokenKey, { hostId: id, epoch: 1 }, FORMER));
      const { number } = population.listOf(host);
      const installed = lists.installed[number] as FilledList;
      const candidates = lists.candidates.get(candidatesNumber(systems, number)) as FilledList;
      population.setDigest(host, installed.digest);
      const name = population.nameOf(host);
      const facts = factsOf(name);
      const factsDigest = digestOfFacts(facts);
      const announced = {
        announcedInstalled: installed.digest,
        announcedCandidates: candidates.digest,
        announcedFacts: factsDigest,
      };
      const stored = {
        installedSet: installed.set,
        installedDigest: installed.digest,
        candidatesSet: candidates.set,
        candidatesDigest: candidates.digest,
        factsJson: JSON.stringify(facts),
        factsDigest,
        bootId: SIMULATED_BOOT_ID.slice(0, 8),
      };
      const seen = { lastSeenAt: now, nextDueAt: now, createdAt: now, tokenIssued: FORMER, recentExchangesJson };
      const who = { id, name, publicKey, site: SIMULATED_SITE, packageSystem: system } as const;
      return hostRow({ ...who, ...seen, ...announced, ...stored });
    });
    await store.queries.insertInto('hosts').values(rows).execute();
  }
}
