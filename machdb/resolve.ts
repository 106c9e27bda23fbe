// What an object means. In: the database and a name. Out: variables and values, and what contributed to them.
// Never: guesses; a reference that leads nowhere is an error.
import { UserError } from '../lib/errors.ts';
import type { Fault } from '../lib/errors.ts';
import { didYouMean } from './did-you-mean.ts';
import { expandReferences } from './expand.ts';
import { faultAtLine, faultsError } from './faults.ts';
import type { Assignment, Machdb, MachdbObject, Place } from './types.ts';

/** One assignment that a record was made of; `object` names the object it was written in. */
export type Contribution = { readonly object: string; readonly assignment: Assignment };

/** `values` holds every variable that could be resolved, `faults` says why the others could not. */
export type Resolution = { readonly values: ReadonlyMap<string, string>; readonly faults: readonly Fault[] };

/** A value as it was written or, once `+=` or `-=` has touched it, a set of words in order. */
type RawValue = string | Set<string>;

/**
 * The record of an object: variable → value, `HOSTNAME` first, the others in the order in which they first appear.
 * @throws UserError when there is no such object; FaultsError when a `${VAR}` cannot be replaced.
 */
export function resolveRecord(db: Machdb, name: string): Record<string, string> {
  const { values, faults } = tryResolve(db, name);
  if (faults.length > 0) throw faultsError(`resolving ${name}`, faults);
  return Object.fromEntries(values);
}

/**
 * As resolveRecord, but what cannot be resolved is left out and said in `faults`.
 * @throws UserError when there is no such object.
 */
export function tryResolve(db: Machdb, name: string): Resolution {
  const contributions = listContributions(db, name);
  const raw = new Map<string, RawValue>([['HOSTNAME', name]]);
  for (const { assignment } of contributions) applyAssignment(raw, assignment);
  const texts = new Map(raw.entries().map(([variable, value]) => [variable, joinWords(value)]));
  const { values, problems } = expandReferences(texts);
  if (problems.length === 0) return { values, faults: [] };
  const places = new Map(contributions.map(({ assignment }) => [assignment.variable, assignment]));
  const faults = problems.map(({ variable, message, ...rest }) =>
    faultAtLine(db, places.get(variable) ?? objectOf(db, name), { message: `${name}: ${message}`, ...rest }),
  );
  return { values, faults };
}

/**
 * Every assignment that makes up an object, in the order in which they apply.
 * @throws UserError when there is no such object.
 */
export function listContributions(db: Machdb, name: string): Contribution[] {
  return listObjects(db, objectOf(db, name)).flatMap((object) =>
    assignmentsOf(db, object).map((assignment) => ({ object: object.name, assignment })),
  );
}

/** The object's own assignments, in the order in which they were written. */
export function assignmentsOf(_db: Machdb, object: MachdbObject): readonly Assignment[] {
  return object.assignments;
}

/** The last assignment that touched a variable, among contributions in order. */
export function lastPlace(contributions: readonly Contribution[], variable: string): Place | undefined {
  const last = contributions.findLast(({ assignment }) => assignment.variable === variable);
  return last === undefined ? undefined : { file: last.assignment.file, line: last.assignment.line };
}

/** The words of a value; blanks and tabs separate them. */
export function splitWords(value: string): string[] {
  return value.split(/[ \t]+/).filter((word) => word !== '');
}

/** The object and its ancestors as they apply: parents first, left to right, each once. */
function listObjects(db: Machdb, object: MachdbObject): MachdbObject[] {
  const order: MachdbObject[] = [];
  const seen = new Set([object.name]);
  // A stack of our own: chains of parents may be longer than the call stack.
  const stack = [{ object, nextParent: 0 }];
  for (let frame = stack.at(-1); frame !== undefined; frame = stack.at(-1)) {
    const parent = frame.object.parents[frame.nextParent];
    frame.nextParent += 1;
    if (parent === undefined) {
      order.push(frame.object);
      stack.pop();
    } else if (!seen.has(parent.name)) {
      seen.add(parent.name);
      stack.push({ object: objectOf(db, parent.name), nextParent: 0 });
    }
  }
  return order;
}

function applyAssignment(values: Map<string, RawValue>, { variable, operator, value }: Assignment): void {
  if (operator === '=') {
    values.set(variable, value);
    return;
  }
  const before = values.get(variable);
  if (before === undefined && operator === '-=') return;
  const words = before instanceof Set ? before : new Set(splitWords(before ?? ''));
  for (const word of splitWords(value)) {
    if (operator === '+=') words.add(word);
    else words.delete(word);
  }
  values.set(variable, words);
}

function joinWords(value: RawValue): string {
  return typeof value === 'string' ? value : [...value].join(' ');
}

function objectOf(db: Machdb, name: string): MachdbObject {
  const object = db.objects.get(name);
  if (object !== undefined) return object;
  const suggestion = didYouMean(name, db.objects.keys());
  throw new UserError(`the machine database has no object ${name}${suggestion === undefined ? '' : `; ${suggestion}`}`);
}
