// Hosts, or classes of hosts, beside each other. In: a store, names. Out: the answer of the operation `compare`. Never: writes.
import type { compareHosts } from '../../contract/fleet/api/compare.ts';
import type { ListKind } from '../../contract/fleet/inventory.ts';
import type { InputOf, OutputOf } from '../../contract/fleet/operation.ts';
import { UserError } from '../../lib/errors.ts';
import type { Queries } from '../store/open-store.ts';
import { compareSides } from './compare-sides.ts';
import type { ComparedPackage, Side } from './compare-sides.ts';
import { hostsOfSets } from './hosts-of-sets.ts';
import { itemsOfSets } from './items-of-sets.ts';
import { fitsPattern, parsePattern } from './match-pattern.ts';
import { readHostSet, readItemRows } from './read-rows.ts';
import { countItems } from './scan-sets.ts';

type Input = InputOf<typeof compareHosts>;
type Answer = OutputOf<typeof compareHosts>;

export async function compareNamedHosts(queries: Queries, input: Input): Promise<Answer> {
  const sides: (Side & { name: string })[] = [];
  for (const reference of input.hosts) {
    const { set, name } = await readHostSet(queries, reference, input.kind);
    const ids = (await itemsOfSets(queries, [set])).get(set) ?? [];
    sides.push(await readSide(queries, { name, hosts: 1, counts: ids.map((id) => [id, 1] as const) }));
  }
  return pageOf(sides, input);
}

type Group = { readonly name: string; readonly hosts: readonly string[] };

/** The same for groups of hosts, given by their ids. */
export async function compareGroups(
  queries: Queries,
  { groups, ...input }: Omit<Input, 'hosts'> & { readonly groups: readonly Group[] },
): Promise<Answer> {
  const sides: (Side & { name: string })[] = [];
  for (const { name, hosts } of groups) sides.push(await readGroup(queries, input.kind, { name, hosts }));
  return pageOf(sides, input);
}

async function readGroup(queries: Queries, kind: ListKind, { name, hosts }: Group): Promise<Side & { name: string }> {
  const { weights } = await hostsOfSets(queries, kind, { within: hosts });
  const reported = [...weights.values()].reduce((sum, count) => sum + count, 0);
  // Otherwise two classes of nobody would have the same packages.
  if (reported === 0) {
    const what = kind === 'installed' ? 'its packages' : 'what it could upgrade';
    throw new UserError(`no host of ${name} has reported ${what}`, { hint: 'gutinteg fleet hosts --class CLASS' });
  }
  return readSide(queries, { name, hosts: reported, counts: inUse(await countItems(queries, kind, weights)) });
}

/** Ids of items that some host has, with the number of hosts. */
function inUse(counts: Int32Array): (readonly [number, number])[] {
  const used: (readonly [number, number])[] = [];
  for (const [id, hosts] of counts.entries()) if (hosts > 0) used.push([id, hosts]);
  return used;
}

type Counted = {
  readonly name: string;
  readonly hosts: number;
  readonly counts: readonly (readonly [number, number])[];
};

async function readSide(queries: Queries, { name, hosts, counts }: Counted): Promise<Side & { name: string }> {
  const rows = await readItemRows(
    queries,
    counts.map(([id]) => id),
  );
  return {
    name,
    hosts,
    items: counts.flatMap(([id, count]) => {
      const row = rows.get(id);
      return row === undefined ? [] : [[row, count] as const];
    }),
  };
}

/** Names have no tabs. */
const cursorOf = ({ name, arch, system }: ComparedPackage): string => `${name}\t${arch}\t${system}`;

function pageOf(sides: readonly (Side & { name: string })[], input: Omit<Input, 'hosts'>): Answer {
  const pattern = input.package === undefined ? undefined : parsePattern(input.package);
  const packages = compareSides(sides).filter(
    ({ name, differs }) => (input.all || differs) && (pattern === undefined || fitsPattern(pattern, name)),
  );
  const left = packages.filter((one) => cursorOf(one) > (input.after ?? ''));
  const page = left.slice(0, input.limit);
  const last = page.at(-1);
  return {
    total: packages.length,
    ...(left.length > page.length && last !== undefined ? { next: cursorOf(last) } : {}),
    sides: sides.map(({ name, hosts }) => ({ name, hosts })),
    packages: page,
  };
}
