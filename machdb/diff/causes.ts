import { ancestorsInOrder } from '../inheritance.ts';
import { assignmentsOf, objectOf } from '../resolve.ts';
import type { Contribution } from '../resolve.ts';
import type { Assignment, Machdb, MachdbObject, SourceLine } from '../types.ts';
import type { ChangedMachine } from './changed-machine.ts';
import { hasSameParents } from './edited-objects.ts';
import type { Pair } from './edited-objects.ts';

/** A line that was written, or one that is gone; `text` is the assignment or the header. */
export type Cause = SourceLine & { readonly side: Side; readonly object: string; readonly text: string };

/** The edited lines that make a variable of a machine differ. */
export type FindCauses = (machine: ChangedMachine, variable: string) => Cause[];

type Side = keyof Pair;
type LineCauses = ReadonlyMap<string, readonly Cause[]>;

/** `edited` names the objects whose own lines or parents differ. */
export function createCauseFinder(pair: Pair, edited: ReadonlySet<string>): FindCauses {
  const cache = new Map<string, LineCauses>();
  const lineCausesOf = (name: string): LineCauses => {
    const causes = cache.get(name) ?? (edited.has(name) ? compareLines(pair, name) : new Map<string, Cause[]>());
    cache.set(name, causes);
    return causes;
  };
  const headers = [...edited].filter((name) => hasOtherParents(pair, name));
  return (machine, variable) => {
    const sources = {
      before: listSources(machine, 'before', variable),
      after: listSources(machine, 'after', variable),
    };
    const lines = [...new Set([...sources.before, ...sources.after])].flatMap(
      (name) => lineCausesOf(name).get(variable) ?? [],
    );
    const isSame = (name: string): boolean => !lineCausesOf(name).has(variable);
    return isInheritedOtherwise(sources, isSame) ? [...lines, ...headerCauses(pair, machine.name, headers)] : lines;
  };
}

/** The objects that say something of a variable, in the order in which they apply. */
function listSources(machine: ChangedMachine, side: Side, variable: string): string[] {
  const ofVariable = ({ assignment }: Contribution): boolean => assignment.variable === variable;
  return [...new Set(machine[side].contributions.filter(ofVariable).map(({ object }) => object))];
}

/** True when unedited lines apply in one database only, or lines apply in another order. */
function isInheritedOtherwise(
  { before, after }: { before: readonly string[]; after: readonly string[] },
  isSame: (name: string) => boolean,
): boolean {
  const differ = (a: readonly string[], b: readonly string[]): boolean => a.join(' ') !== b.join(' ');
  const shared = new Set(before).intersection(new Set(after));
  return (
    differ(before.filter(isSame), after.filter(isSame)) ||
    differ(
      before.filter((name) => shared.has(name)),
      after.filter((name) => shared.has(name)),
    )
  );
}

function headerCauses(pair: Pair, machine: string, headers: readonly string[]): Cause[] {
  if (headers.length === 0) return [];
  const family = familyOf(pair.before, machine).union(familyOf(pair.after, machine));
  return headers
    .filter((name) => family.has(name))
    .flatMap((name) => {
      const object = pair.after.objects.get(name);
      return object === undefined ? [] : [headerCause(object)];
    });
}

/** The object and all that it inherits from. */
function familyOf(db: Machdb, name: string): Set<string> {
  return new Set([name, ...ancestorsInOrder(db, objectOf(db, name).parents).map((ancestor) => ancestor.name)]);
}

function headerCause({ name, file, line, parents }: MachdbObject): Cause {
  const text = [`${name}:`, ...parents.map((parent) => parent.name)].join(' ');
  return { side: 'after', object: name, file, line, text };
}

function hasOtherParents({ before, after }: Pair, name: string): boolean {
  const [a, b] = [before.objects.get(name), after.objects.get(name)];
  return a === undefined || b === undefined || !hasSameParents(a, b);
}

/** For each variable that an object says something else of: the lines that are gone, then the new ones. */
function compareLines(pair: Pair, name: string): LineCauses {
  const [before, after] = [linesByVariable(pair, 'before', name), linesByVariable(pair, 'after', name)];
  const causes = new Map<string, Cause[]>();
  for (const variable of new Set([...after.keys(), ...before.keys()])) {
    const [old, current] = [before.get(variable) ?? [], after.get(variable) ?? []];
    const changed = [...without(old, current), ...without(current, old)];
    const isReordered = changed.length === 0 && current.some(({ text }, index) => text !== old[index]?.text);
    if (isReordered) causes.set(variable, current);
    else if (changed.length > 0) causes.set(variable, changed);
  }
  return causes;
}

function linesByVariable(pair: Pair, side: Side, name: string): Map<string, Cause[]> {
  const object = pair[side].objects.get(name);
  const lines = object === undefined ? [] : assignmentsOf(pair[side], object);
  return Map.groupBy(
    lines.map((line) => lineCause(side, name, line)),
    ({ text }) => text.slice(0, text.search(/[-+]?=/)),
  );
}

function lineCause(side: Side, object: string, { variable, operator, value, file, line }: Assignment): Cause {
  return { side, object, file, line, text: `${variable}${operator}${value}` };
}

/** The lines that `others` lacks, each as often as it lacks it. */
function without(lines: readonly Cause[], others: readonly Cause[]): Cause[] {
  const left = others.map(({ text }) => text);
  return lines.filter(({ text }) => {
    const at = left.indexOf(text);
    if (at !== -1) left.splice(at, 1);
    return at === -1;
  });
}
