// What an object resolves to. In: the database and a name. Out: variables and values, and what contributed to them.
// Never: guesses; a reference without a target is an error.
import { UserError } from '../lib/errors.ts';
import type { Fault } from '../lib/errors.ts';
import { parseOwnLines } from './assignments.ts';
import { didYouMean } from '../lib/did-you-mean.ts';
import { expandInPlace } from './expand.ts';
import type { Suggestions } from './expand.ts';
import { faultAtLine, faultsError } from './faults.ts';
import { findPlace } from './find-place.ts';
import { ancestorsInOrder } from './inheritance.ts';
import { groupLines, listUnsettled, parentsRecord } from './inherited-records.ts';
import type { Assignment, Machdb, MachdbObject } from './types.ts';
import { isOfRecords } from './machine-variables.ts';
import { applyAssignment, joinWords } from './values.ts';
import type { RawValue } from './values.ts';

/** One assignment that a record was made of; `object` names the object it was written in. */
export type Contribution = { readonly object: string; readonly assignment: Assignment };

/** `values` holds every variable that could be resolved, `faults` says why the others could not. */
export type Resolution = {
  readonly values: ReadonlyMap<string, string>;
  readonly faults: readonly Fault[];
  /** Those of the faults that are in no line by itself: references without a value; the messages do not name the object. */
  readonly unresolved: readonly Fault[];
};

// Nobody reads the thousandth.
const MOST_SUGGESTIONS = 1000;
const suggestions = new WeakMap<Machdb, Suggestions>();

/**
 * The record of an object: variable → value, `HOSTNAME` first, the others in the order in which they first appear.
 * @throws UserError when there is no such object; FaultsError when a line cannot be read or a `${VAR}` not be replaced.
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
  return resolveObject(db, objectOf(db, name));
}

/** As tryResolve, of an object at hand whose own lines may be known already. */
export function resolveObject(db: Machdb, object: MachdbObject, ownLines = parseOwnLines(db, object)): Resolution {
  const inherited = parentsRecord(db, object);
  const raw = new Map(inherited.values);
  raw.set('HOSTNAME', object.name);
  for (const assignment of ownLines.assignments) if (isOfRecords(assignment)) applyAssignment(raw, assignment);
  const { texts: values, referring } = settleWords(raw, [...inherited.unsettled, ...listUnsettled(ownLines)]);
  const problems = expandInPlace(values, referring, suggestionsOf(db));
  const { faults: own } = ownLines;
  const unread = own.length === 0 ? inherited.faults : [...inherited.faults, ...own];
  if (problems.length === 0) return { values, faults: unread, unresolved: [] };
  const unresolved = problems.map(({ variable, ...problem }) =>
    faultAtLine(db, findPlace(db, object, { variable }, ownLines) ?? object, problem),
  );
  const named = unresolved.map((fault) => ({ ...fault, message: `${object.name}: ${fault.message}` }));
  return { values, faults: [...unread, ...named], unresolved };
}

/**
 * Every assignment that makes up an object, in the order in which they apply.
 * @throws UserError when there is no such object.
 */
export function listContributions(db: Machdb, name: string): Contribution[] {
  const object = objectOf(db, name);
  return [...ancestorsInOrder(db, object.parents), object].flatMap((each) =>
    assignmentsOf(db, each).map((assignment) => ({ object: each.name, assignment })),
  );
}

/** The object's own assignments, in the order in which they were written. */
export function assignmentsOf(db: Machdb, object: MachdbObject): readonly Assignment[] {
  return (object.isMachine ? parseOwnLines(db, object) : groupLines(db, object)).assignments;
}

/** @throws UserError when there is no such object */
export function objectOf(db: Machdb, name: string): MachdbObject {
  const object = db.objects.get(name);
  if (object !== undefined) return object;
  const suggestion = didYouMean(name, db.objects.keys());
  throw new UserError(`the machine database has no object ${name}${suggestion === undefined ? '' : `; ${suggestion}`}`);
}

/** How many suggestions are still made: every machine may have a fault, and a search among its variables takes a while. */
function suggestionsOf(db: Machdb): Suggestions {
  const known = suggestions.get(db) ?? { left: MOST_SUGGESTIONS };
  suggestions.set(db, known);
  return known;
}

/** Joins the words of sets in place, and says which of the variables hold references. */
function settleWords(
  raw: Map<string, RawValue>,
  unsettled: readonly string[],
): { texts: Map<string, string>; referring: string[] } {
  const referring = new Set<string>();
  for (const variable of unsettled) {
    const value = raw.get(variable) ?? '';
    const text = joinWords(value);
    if (typeof value !== 'string') raw.set(variable, text);
    if (text.includes('${')) referring.add(variable);
  }
  // Every set has been through `+=` or `-=`, which made its variable unsettled.
  return { texts: raw as Map<string, string>, referring: [...referring] };
}
