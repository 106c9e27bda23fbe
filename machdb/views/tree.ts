// The inheritance of an object as rows. In: a database and a name. Out: rows from top to bottom, each with its depth,
// so that long chains need no recursion. Never: shows the parents or heirs of an object twice.
import { childrenOf, heirsOf } from '../inheritance.ts';
import { objectOf } from '../resolve.ts';
import type { Machdb } from '../types.ts';

/** An object in the tree, or how many objects of that depth are not shown. */
export type TreeRow = ObjectRow | { readonly depth: number; readonly hidden: number };

type ObjectRow = {
  readonly depth: number;
  readonly name: string;
  readonly file: string;
  readonly line: number;
  /** It stands further up already: it is applied there, and not again. */
  readonly again: boolean;
  /** How many machines inherit from it, where that was counted. */
  readonly machines?: number;
  /** It has heirs, and none of them is shown. */
  readonly closed?: true;
};

type Branch = { readonly shown: readonly string[]; readonly hidden: number };

const MOST_HEIRS = 10;
const MOST_ROWS = 60;

/**
 * What an object inherits from, in the order in which it applies where read from the bottom of each branch.
 * @throws UserError when there is no such object.
 */
export function listParentRows(db: Machdb, name: string): TreeRow[] {
  const branchOf = (each: string): Branch => ({
    shown: objectOf(db, each).parents.map((parent) => parent.name),
    hidden: 0,
  });
  return listRows(db, objectOf(db, name).name, branchOf);
}

/**
 * What inherits from an object; groups stand before machines. Unless `all`, each object shows its first ten heirs, and
 * the whole some sixty, nearest first.
 * @throws UserError when there is no such object.
 */
export function listHeirRows(db: Machdb, name: string, { all }: { all: boolean }): TreeRow[] {
  objectOf(db, name);
  const branches = all ? undefined : chooseBranches(db, name);
  const branchOf = (each: string): Branch => branches?.get(each) ?? { shown: sortedHeirs(db, each), hidden: 0 };
  return listRows(db, name, branchOf).map((row) => {
    if ('hidden' in row || row.again || (all && row.depth > 0) || !hasHeirs(db, row.name)) return row;
    const closed = branchOf(row.name).shown.length === 0 ? { closed: true as const } : {};
    return { ...row, machines: countMachines(db, row.name), ...closed };
  });
}

function listRows(db: Machdb, root: string, branchOf: (name: string) => Branch): TreeRow[] {
  const rows: TreeRow[] = [];
  const seen = new Set<string>();
  const waiting: ({ depth: number; name: string } | { depth: number; hidden: number })[] = [{ depth: 0, name: root }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if ('hidden' in next) {
      rows.push(next);
      continue;
    }
    const { depth, name } = next;
    const { file, line } = objectOf(db, name);
    const again = seen.has(name);
    rows.push({ depth, name, file, line, again });
    if (again) continue;
    seen.add(name);
    const { shown, hidden } = branchOf(name);
    if (hidden > 0 && shown.length > 0) waiting.push({ depth: depth + 1, hidden });
    for (const each of shown.toReversed()) waiting.push({ depth: depth + 1, name: each });
  }
  return rows;
}

/** Nearest first, so that a large branch cannot crowd out its neighbours. */
function chooseBranches(db: Machdb, root: string): Map<string, Branch> {
  const branches = new Map<string, Branch>();
  const waiting = [root];
  let rows = 0;
  for (const name of waiting) {
    if (branches.has(name)) continue;
    const heirs = sortedHeirs(db, name);
    const shown = rows < MOST_ROWS ? heirs.slice(0, MOST_HEIRS) : [];
    branches.set(name, { shown, hidden: heirs.length - shown.length });
    waiting.push(...shown);
    rows += shown.length;
  }
  return branches;
}

function sortedHeirs(db: Machdb, name: string): string[] {
  const heirs = (childrenOf(db).get(name) ?? []).map((heir) => heir.name);
  return [...heirs.filter((heir) => hasHeirs(db, heir)), ...heirs.filter((heir) => !hasHeirs(db, heir))];
}

function hasHeirs(db: Machdb, name: string): boolean {
  return childrenOf(db).has(name);
}

function countMachines(db: Machdb, name: string): number {
  const object = objectOf(db, name);
  let count = object.isMachine ? -1 : 0;
  for (const heir of heirsOf(db, [object])) if (heir.isMachine) count += 1;
  return count;
}
