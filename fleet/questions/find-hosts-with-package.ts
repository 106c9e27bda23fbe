// Who has a package. In: a store, the operation's input. Out: its answer. Never: writes.
import type { hostsWithPackage } from '../../contract/fleet/api/hosts-with-package.ts';
import type { InputOf, OutputOf } from '../../contract/fleet/operation.ts';
import type { Queries } from '../store/open-store.ts';
import { asPackage, byNameAndVersion, findNamedItems, wantedItems } from './find-named-items.ts';
import { hostsOfSets } from './hosts-of-sets.ts';
import type { Within } from './hosts-of-sets.ts';
import { itemsOfSets } from './items-of-sets.ts';
import { scanSets } from './scan-sets.ts';

type Input = InputOf<typeof hostsWithPackage> & Within;
type Answer = OutputOf<typeof hostsWithPackage>;

const SHOWN_PACKAGES = 20;

export async function findHostsWithPackage(queries: Queries, input: Input): Promise<Answer> {
  const items = await findNamedItems(queries, input);
  const { weights, page } = await hostsOfSets(queries, input.kind, input);
  const wanted = wantedItems(items);
  const sets = new Set<number>();
  let total = 0;
  const visit = (set: number, _: readonly number[], hosts: number): void => {
    sets.add(set);
    total += hosts;
  };
  if (items.length > 0) await scanSets(queries, { kind: input.kind, wanted, weights, visit });
  const { hosts, ...next } = await page(sets, input);
  const has = await itemsOfSets(
    queries,
    hosts.map(({ set }) => set),
  );
  const byId = new Map(items.map((item) => [item.id, item]));
  return {
    total,
    ...next,
    hosts: hosts.map(({ id, name, set }) => {
      const matching = (has.get(set) ?? []).flatMap((item) => byId.get(item) ?? []).toSorted(byNameAndVersion);
      const packages = matching.slice(0, SHOWN_PACKAGES).map(asPackage);
      return { host: name, id, packages, matching: matching.length };
    }),
  };
}
