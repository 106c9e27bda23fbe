// What a change of the database does to the machines. In: the database before and after. Out: machines that were added
// or removed, and groups of machines whose resolved variables change in the same way. Never: resolves what cannot
// differ.
import { heirsOf } from '../inheritance.ts';
import { machineNames } from '../query.ts';
import type { Machdb, MachdbObject, SourceLine } from '../types.ts';
import { findEditedObjects } from './edited-objects.ts';
import type { Pair } from './edited-objects.ts';
import { findChangedMachines } from './find-changed-machines.ts';
import { groupMachines } from './group-machines.ts';
import type { ChangeGroup } from './group-machines.ts';

/** A machine that is in one database only. */
export type MachineAt = SourceLine & { readonly name: string };

/** The largest group comes first, machines are in the order in which they were written. */
export type MachdbDiff = {
  readonly added: readonly MachineAt[];
  readonly removed: readonly MachineAt[];
  readonly groups: readonly ChangeGroup[];
  /** How many machines are in both and resolve to the same variables. */
  readonly unchanged: number;
};

/**
 * Compares every machine's resolved variables, by resolving those that an edited object can reach.
 * @throws FaultsError when a machine that is compared does not resolve in one of the two.
 */
export function compareMachdb(pair: Pair): MachdbDiff {
  const { before, after } = pair;
  const [machinesBefore, machinesAfter] = [new Set(machineNames(before)), new Set(machineNames(after))];
  const edited = findEditedObjects(pair);
  // Whoever inherits nothing edited has the same ancestors in both, in the same order: it need not be resolved.
  const reached = heirsOf(
    after,
    [...edited].map((name) => after.objects.get(name)).filter((object) => object !== undefined),
  );
  const isCompared = ({ name, isMachine }: MachdbObject): boolean => isMachine && machinesBefore.has(name);
  const compared = after.objects.values().filter((object) => reached.has(object) && isCompared(object));
  const groups = groupMachines(
    pair,
    edited,
    findChangedMachines(
      pair,
      compared.map(({ name }) => name),
    ),
  );
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

function locate(db: Machdb, names: readonly string[]): MachineAt[] {
  return names.map((name) => {
    const object = db.objects.get(name);
    return { name, file: object?.file ?? '', line: object?.line ?? 0 };
  });
}
