import type { Fault } from '../../lib/errors.ts';
import { faultsError } from '../faults.ts';
import { tryResolve } from '../resolve.ts';
import type { Pair } from './edited-objects.ts';

/** A machine and the variables whose resolved values differ, sorted. */
export type ChangedVariables = { readonly name: string; readonly variables: readonly string[] };

/**
 * Resolves machines in both databases; those without differences are left out.
 * @throws FaultsError when a machine does not resolve in one of the two.
 */
export function findChangedMachines(pair: Pair, names: Iterable<string>): ChangedVariables[] {
  const changed: ChangedVariables[] = [];
  const faults: Fault[] = [];
  for (const name of names) {
    const [before, after] = [tryResolve(pair.before, name), tryResolve(pair.after, name)];
    faults.push(...before.faults, ...after.faults);
    const variables = listDifferences(before.values, after.values);
    if (variables.length > 0) changed.push({ name, variables });
  }
  if (faults.length > 0) throw faultsError('resolving the machines that an edit reaches', faults);
  return changed;
}

function listDifferences(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): string[] {
  const gone = [...before.keys()].filter((variable) => !after.has(variable));
  const changed = [...after].filter(([variable, value]) => before.get(variable) !== value);
  return [...gone, ...changed.map(([variable]) => variable)].sort();
}
