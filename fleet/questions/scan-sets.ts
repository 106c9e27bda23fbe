// A look at all sets of the fleet. In: which items are asked about. Out: what each set has of them. A base is read once for all the
// sets that depend on it, so this costs as much as the differences are long. Never: writes, reads what items are.
import type { ListKind } from '../../contract/fleet/inventory.ts';
import { forEachId } from '../inventories/item-ids.ts';
import type { Queries } from '../store/open-store.ts';

/** 1 at the id of each item that is asked about. */
export type WantedItems = Uint8Array;

/** How many hosts have each set; other sets are left out. */
export type Weights = ReadonlyMap<number, number>;

export type SetScan = {
  readonly kind: ListKind;
  readonly wanted: WantedItems;
  readonly weights: Weights;
  /** Called for each set that has at least one wanted item, with those that it has, rising but for those it added. */
  readonly visit: (set: number, items: readonly number[], hosts: number) => void;
};

const ROWS = 4000;

export async function scanSets(queries: Queries, { kind, wanted, weights, visit }: SetScan): Promise<void> {
  const ofBases = new Map<number, readonly number[]>();
  for await (const rows of readPages(queries, kind, 'bases')) {
    for (const { id, added } of rows) {
      const items = pick(added, wanted);
      if (items.length > 0) ofBases.set(id, items);
      const hosts = weights.get(id);
      if (hosts !== undefined && items.length > 0) visit(id, items, hosts);
    }
  }
  for await (const rows of readPages(queries, kind, 'differences')) {
    for (const { id, base, added, removed } of rows) {
      const hosts = weights.get(id);
      if (hosts === undefined) continue;
      const ofBase = ofBases.get(base ?? 0);
      const came = pick(added, wanted);
      // Mostly, nothing wanted is in the base, and then nothing wanted has gone from it.
      const items = ofBase === undefined ? came : combine(ofBase, came, pick(removed, wanted));
      if (items.length > 0) visit(id, items, hosts);
    }
  }
}

/** How many hosts have each item, by its id; 0 for one that nobody has. In an array, which takes half the time of a map. */
export async function countItems(queries: Queries, kind: ListKind, weights: Weights): Promise<Int32Array> {
  const { last } = await queries
    .selectFrom('items')
    .select(({ fn }) => fn.max('id').as('last'))
    .executeTakeFirstOrThrow();
  const counts = new Int32Array((last ?? 0) + 1);
  const ofBases = new Map<number, number>();
  for await (const rows of readPages(queries, kind, 'differences')) {
    for (const { id, base, added, removed } of rows) {
      const hosts = weights.get(id) ?? 0;
      if (hosts === 0) continue;
      addTo(counts, added, hosts);
      addTo(counts, removed, -hosts);
      ofBases.set(base ?? 0, (ofBases.get(base ?? 0) ?? 0) + hosts);
    }
  }
  for await (const rows of readPages(queries, kind, 'bases')) {
    for (const { id, added } of rows) {
      const hosts = (weights.get(id) ?? 0) + (ofBases.get(id) ?? 0);
      if (hosts > 0) addTo(counts, added, hosts);
    }
  }
  return counts;
}

function addTo(counts: Int32Array, bytes: Uint8Array, hosts: number): void {
  forEachId(bytes, (id) => {
    counts[id] = (counts[id] ?? 0) + hosts;
  });
}

type SetRow = { id: number; base: number | null; added: Uint8Array; removed: Uint8Array };

/** In pages, so that a large store does not have to fit into memory. */
async function* readPages(
  queries: Queries,
  kind: ListKind,
  which: 'bases' | 'differences',
): AsyncGenerator<readonly SetRow[]> {
  for (let last = 0; ;) {
    const rows = await queries
      .selectFrom('sets')
      .select(['id', 'base', 'added', 'removed'])
      .where('id', '>', last)
      .where('kind', '=', kind)
      .where('base', which === 'bases' ? 'is' : 'is not', null)
      .orderBy('id')
      .limit(ROWS)
      .execute();
    yield rows;
    if (rows.length < ROWS) return;
    last = rows.at(-1)?.id ?? last;
  }
}

/** The wanted ones of encoded ids. */
function pick(bytes: Uint8Array, wanted: WantedItems): number[] {
  const items: number[] = [];
  forEachId(bytes, (id) => {
    if (wanted[id] === 1) items.push(id);
  });
  return items;
}

function combine(ofBase: readonly number[], added: readonly number[], removed: readonly number[]): readonly number[] {
  if (added.length === 0 && removed.length === 0) return ofBase;
  const gone = new Set(removed);
  return [...ofBase.filter((id) => !gone.has(id)), ...added];
}
