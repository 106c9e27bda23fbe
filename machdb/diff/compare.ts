// What a change of the database does to the machines. In: the database before and after. Out: machines added and
// removed, and groups of machines whose resolved variables change in the same way. Never: resolves what cannot differ.
import type { Fault } from '../../lib/errors.ts';
import { faultsError } from '../faults.ts';
import { machineNames } from '../query.ts';
import { listContributions, tryResolve } from '../resolve.ts';
import type { Machdb, Place } from '../types.ts';
import { withHeirs } from '../views/objects.ts';
import { createCauseFinder } from './causes.ts';
import type { Cause, FindCauses } from './causes.ts';
import { describeChanges } from './describe-changes.ts';
import type { Change } from './describe-changes.ts';
import { findEditedObjects } from './edited-objects.ts';
import type { Pair } from './edited-objects.ts';

/** Machines that the same thing happens to, and what that is, by variable in order of their names. */
export type ChangeGroup = {
  readonly machines: readonly string[];
  readonly changes: readonly GroupedChange[];
};

/** A change, with what was edited to cause it for any of the group's machines. */
export type GroupedChange = Change & { readonly causes: readonly Cause[] };

/** A machine that is in one database only. */
export type MachineAt = Place & { readonly name: string };

/** The largest group comes first, machines are in the order in which they were written. */
export type MachdbDiff = {
  readonly added: readonly MachineAt[];
  readonly removed: readonly MachineAt[];
  readonly groups: readonly ChangeGroup[];
  /** How many machines are in both and resolve to the same variables. */
  readonly unchanged: number;
};

type OpenGroup = { readonly machines: string[]; readonly changes: readonly OpenChange[] };
type OpenChange = Change & { readonly causes: Map<string, Cause> };

/**
 * Compares every machine's resolved variables, by resolving those that an edited object can reach.
 * @throws FaultsError when a machine that is compared does not resolve in one of the two.
 */
export function compareMachdb(pair: Pair): MachdbDiff {
  const { before, after } = pair;
  const [machinesBefore, machinesAfter] = [new Set(machineNames(before)), new Set(machineNames(after))];
  const edited = findEditedObjects(pair);
  // Whoever inherits nothing edited has the same ancestors in both, in the same order: it need not be resolved.
  const reached = withHeirs(after, edited);
  const compared = [...machinesAfter].filter((name) => machinesBefore.has(name) && reached.has(name));
  const groups = groupMachines(pair, compared, createCauseFinder(pair, edited));
  const added = [...machinesAfter].filter((name) => !machinesBefore.has(name));
  const changed = groups.reduce((sum, { machines }) => sum + machines.length, 0);
  return {
    added: locate(after, added),
    removed: locate(
      before,
      [...machinesBefore].filter((name) => !machinesAfter.has(name)),
    ),
    groups,
    unchanged: machinesAfter.size - added.length - changed,
  };
}

/** True when any machine was added, removed or changed. */
export function hasDifferences({ added, removed, groups }: MachdbDiff): boolean {
  return added.length + removed.length + groups.length > 0;
}

function groupMachines(pair: Pair, names: readonly string[], findCauses: FindCauses): ChangeGroup[] {
  const groups = new Map<string, OpenGroup>();
  const faults: Fault[] = [];
  for (const name of names) {
    const [before, after] = [tryResolve(pair.before, name), tryResolve(pair.after, name)];
    faults.push(...before.faults, ...after.faults);
    const variables = listChanged(before.values, after.values);
    if (variables.length === 0 || faults.length > 0) continue;
    const machine = {
      name,
      before: { values: before.values, contributions: listContributions(pair.before, name) },
      after: { values: after.values, contributions: listContributions(pair.after, name) },
    };
    const group = findGroup(groups, describeChanges(machine, variables));
    group.machines.push(name);
    for (const { variable, causes } of group.changes) {
      for (const cause of findCauses(machine, variable)) causes.set(`${cause.side} ${cause.file}:${cause.line}`, cause);
    }
  }
  if (faults.length > 0) throw faultsError('resolving the machines that an edit reaches', faults);
  return closeGroups(groups.values());
}

/** The group of these changes, which is made when there is none. */
function findGroup(groups: Map<string, OpenGroup>, changes: readonly Change[]): OpenGroup {
  const key = JSON.stringify(
    changes.map(({ variable, before, after, example }) => [variable, before, after, example === undefined]),
  );
  const group = groups.get(key) ?? {
    machines: [],
    changes: changes.map((change) => ({ ...change, causes: new Map() })),
  };
  groups.set(key, group);
  return group;
}

function closeGroups(groups: Iterable<OpenGroup>): ChangeGroup[] {
  const closed = [...groups].map(({ machines, changes }) => ({
    machines,
    changes: changes.map((change) => ({ ...change, causes: [...change.causes.values()] })),
  }));
  return closed.sort((a, b) => b.machines.length - a.machines.length);
}

/** The variables whose values differ, sorted. */
function listChanged(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): string[] {
  const gone = [...before.keys()].filter((variable) => !after.has(variable));
  const changed = [...after].filter(([variable, value]) => before.get(variable) !== value);
  return [...gone, ...changed.map(([variable]) => variable)].sort();
}

function locate(db: Machdb, names: readonly string[]): MachineAt[] {
  return names.map((name) => {
    const object = db.objects.get(name);
    return { name, file: object?.file ?? '', line: object?.line ?? 0 };
  });
}
