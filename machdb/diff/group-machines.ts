import { listContributions, tryResolve } from '../resolve.ts';
import type { Machdb } from '../types.ts';
import { createCauseFinder } from './causes.ts';
import type { Cause } from './causes.ts';
import { describeChanges } from './describe-changes.ts';
import type { VariableChange } from './describe-changes.ts';
import type { MachineSide } from './changed-machine.ts';
import type { Pair } from './edited-objects.ts';
import type { ChangedVariables } from './find-changed-machines.ts';

/** Machines that the same happens to, and what that is, by variable in order of their names. */
export type ChangeGroup = {
  readonly machines: readonly string[];
  readonly changes: readonly GroupedChange[];
};

/** `example` is of the first machine; `causes` are the edited lines that cause the change for any of them. */
export type GroupedChange = VariableChange & { readonly causes: readonly Cause[] };

type OpenGroup = { readonly machines: string[]; readonly changes: readonly OpenChange[] };
type OpenChange = VariableChange & { readonly causes: Map<string, Cause> };

/** Puts machines together that the same happens to, the largest group first; `edited` names the edited objects. */
export function groupMachines(
  pair: Pair,
  edited: ReadonlySet<string>,
  machines: readonly ChangedVariables[],
): ChangeGroup[] {
  const findCauses = createCauseFinder(pair, edited);
  const sets = findSets(pair, machines);
  const groups = new Map<string, OpenGroup>();
  for (const { name, variables } of machines) {
    const machine = { name, before: readSide(pair.before, name), after: readSide(pair.after, name) };
    const group = findGroup(groups, describeChanges(machine, variables, sets));
    group.machines.push(name);
    for (const { variable, causes } of group.changes) {
      for (const cause of findCauses(machine, variable)) causes.set(`${cause.side} ${cause.file}:${cause.line}`, cause);
    }
  }
  return closeGroups(groups.values());
}

/** The variables that `+=` or `-=` touches on any of the machines: they hold words on the others as well. */
function findSets(pair: Pair, machines: readonly ChangedVariables[]): Set<string> {
  const sets = new Set<string>();
  for (const { name } of machines) {
    for (const { assignment } of [...listContributions(pair.before, name), ...listContributions(pair.after, name)]) {
      if (assignment.operator !== '=') sets.add(assignment.variable);
    }
  }
  return sets;
}

function readSide(db: Machdb, name: string): MachineSide {
  return { values: tryResolve(db, name).values, contributions: listContributions(db, name) };
}

/** The group of these changes, which is made when there is none. */
function findGroup(groups: Map<string, OpenGroup>, changes: readonly VariableChange[]): OpenGroup {
  const key = JSON.stringify(changes.map(({ variable, change }) => [variable, change]));
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
