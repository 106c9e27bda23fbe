// How many packages of each list are in which state. In: a store; hosts, or all. Out: counts by the ids of sets. Never: writes.
import type { Queries } from '../store/open-store.ts';
import { isOfKind } from './count-candidates.ts';
import type { CandidateKind } from './count-candidates.ts';
import { findNamedItems, flagsOf, wantedItems } from './find-named-items.ts';
import type { ItemRow } from './find-named-items.ts';
import { hostsOfSets } from './hosts-of-sets.ts';
import type { Within } from './hosts-of-sets.ts';
import { scanSets } from './scan-sets.ts';

/** `outdated` are candidates that an upgrade would bring now; `security` are all security updates, as a hold must not hide one. */
type CandidateStates = {
  readonly outdated: number;
  readonly security: number;
  readonly held: number;
  readonly keptBack: number;
  readonly phased: number;
};

export type ListStates = {
  /** By the id of the set of candidates; a set that is not there has none. */
  readonly candidates: ReadonlyMap<number, CandidateStates>;
  /** How many installed packages are broken, by the id of the set of installed packages; none when it is not there. */
  readonly broken: ReadonlyMap<number, number>;
};

export async function countLists(queries: Queries, input: Within): Promise<ListStates> {
  return { candidates: await countCandidateSets(queries, input), broken: await countBroken(queries, input) };
}

async function countCandidateSets(queries: Queries, input: Within): Promise<Map<number, CandidateStates>> {
  const items = await findNamedItems(queries, { kind: 'candidates' });
  const byId = new Map(items.map((item) => [item.id, item]));
  const counts = new Map<number, CandidateStates>();
  const { weights } = await hostsOfSets(queries, 'candidates', input);
  const visit = (set: number, ids: readonly number[]): void => {
    counts.set(set, statesOf(ids.flatMap((id) => byId.get(id) ?? [])));
  };
  await scanSets(queries, { kind: 'candidates', wanted: wantedItems(items), weights, visit });
  return counts;
}

function statesOf(items: readonly ItemRow[]): CandidateStates {
  const of = (kind: CandidateKind): number => items.filter(({ flags }) => isOfKind(flags, kind)).length;
  return {
    outdated: of('ready'),
    security: of('security'),
    held: of('held'),
    keptBack: of('keptBack'),
    phased: of('phased'),
  };
}

async function countBroken(queries: Queries, input: Within): Promise<Map<number, number>> {
  const flagged = await queries
    .selectFrom('items')
    .select(['id', 'flags'])
    .where('kind', '=', 'installed')
    .where('flags', 'like', '%broken%')
    .execute();
  const items = flagged.filter(({ flags }) => flagsOf(flags).includes('broken'));
  const counts = new Map<number, number>();
  if (items.length === 0) return counts;
  const { weights } = await hostsOfSets(queries, 'installed', input);
  const visit = (set: number, ids: readonly number[]): void => void counts.set(set, ids.length);
  await scanSets(queries, { kind: 'installed', wanted: wantedItems(items), weights, visit });
  return counts;
}
