import { objectText } from '../assignments.ts';
import { assignmentsOf } from '../resolve.ts';
import type { Assignment, Machdb, MachdbObject } from '../types.ts';

/** Two states of one database; the files in places of either say which. */
export type Pair = { readonly before: Machdb; readonly after: Machdb };

/**
 * The objects that are in one database only, or whose parents or own assignments differ. Comments, blanks, files and
 * lines make no difference.
 */
export function findEditedObjects(pair: Pair): Set<string> {
  const { before, after } = pair;
  const edited = new Set<string>();
  for (const object of after.objects.values()) {
    const old = before.objects.get(object.name);
    if (old === undefined || !hasSameParents(old, object) || !hasSameLines(pair, old, object)) edited.add(object.name);
  }
  for (const name of before.objects.keys()) if (!after.objects.has(name)) edited.add(name);
  return edited;
}

/** The same names in the same order. */
export function hasSameParents(a: MachdbObject, b: MachdbObject): boolean {
  return a.parents.length === b.parents.length && a.parents.every(({ name }, index) => name === b.parents[index]?.name);
}

function hasSameLines({ before, after }: Pair, old: MachdbObject, current: MachdbObject): boolean {
  // Most objects are as they were, to the letter: their lines need not be parsed.
  if (objectText(before, old) === objectText(after, current)) return true;
  const [a, b] = [assignmentsOf(before, old), assignmentsOf(after, current)];
  return a.length === b.length && a.every((line, index) => isSameLine(line, b[index]));
}

function isSameLine(a: Assignment, b: Assignment | undefined): boolean {
  return a.variable === b?.variable && a.operator === b.operator && a.value === b.value;
}
