// What an object means. In: the database and a name. Out: variables and values, and what contributed to them.
// Never: guesses; a reference that leads nowhere is an error.
import { UserError } from '../lib/errors.ts';
import type { Fault } from '../lib/errors.ts';
import { parseOwnLines } from './assignments.ts';
import type { OwnLines } from './assignments.ts';
import { didYouMean } from './did-you-mean.ts';
import { expandInPlace } from './expand.ts';
import { faultAtLine, faultsError } from './faults.ts';
import { ancestorsInOrder } from './inheritance.ts';
import type { Assignment, Machdb, MachdbObject, Parent, Place } from './types.ts';

/** One assignment that a record was made of; `object` names the object it was written in. */
export type Contribution = { readonly object: string; readonly assignment: Assignment };

/** `values` holds every variable that could be resolved, `faults` says why the others could not. */
export type Resolution = {
  readonly values: ReadonlyMap<string, string>;
  readonly faults: readonly Fault[];
  /** Those of the faults that are in no line by itself: references without a value; the messages do not name the object. */
  readonly unresolved: readonly Fault[];
};

/** A value as it was written or, once `+=` or `-=` has touched it, a set of words in order. */
export type RawValue = string | ReadonlySet<string>;

/** Variables as they stand before references are replaced, and faults of the lines that set them. */
type RawRecord = {
  /** With a place for `HOSTNAME` at the front. */
  readonly values: ReadonlyMap<string, RawValue>;
  /** Variables that are not yet as they will be read: sets of words, and texts with references. */
  readonly unsettled: readonly string[];
  /** A `-=` was among the lines: it may have had nothing to remove, and would in another order. */
  readonly removes: boolean;
  readonly faults: readonly Fault[];
};

/** What was found out about a database. */
type Cache = {
  /** What an object that others inherit from comes to, with all that it inherits. */
  readonly records: Map<MachdbObject, RawRecord>;
  /** The own lines of such objects. */
  readonly lines: Map<MachdbObject, OwnLines>;
  /** How many variables there are in all of `records`. */
  size: number;
};

const MOST_CACHED_VARIABLES = 500_000;
const MOST_CACHED_GROUPS = 5000;
const NOTHING: RawRecord = { values: new Map([['HOSTNAME', '']]), unsettled: [], removes: false, faults: [] };

// A database never changes, so what was found out about it stays true.
const caches = new WeakMap<Machdb, Cache>();

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
  for (const assignment of ownLines.assignments) applyAssignment(raw, assignment);
  const { texts: values, referring } = settleWords(raw, [...inherited.unsettled, ...listUnsettled(ownLines)]);
  const problems = expandInPlace(values, referring);
  const { faults: own } = ownLines;
  const unread = own.length === 0 ? inherited.faults : [...inherited.faults, ...own];
  if (problems.length === 0) return { values, faults: unread, unresolved: [] };
  const contributions = listContributions(db, object.name);
  const unresolved = problems.map(({ variable, ...problem }) =>
    faultAtLine(db, lastPlace(contributions, variable) ?? object, problem),
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

/** The last assignment that touched a variable, or gave it a word, among contributions in order. */
export function lastPlace(contributions: readonly Contribution[], variable: string, word?: string): Place | undefined {
  const touching = contributions.filter(({ assignment }) => assignment.variable === variable);
  const giving = ({ assignment: { operator, value } }: Contribution): boolean =>
    operator !== '-=' && word !== undefined && splitWords(value).includes(word);
  // A word that stands in no line comes out of a reference.
  const last = touching.findLast(giving) ?? touching.at(-1);
  return last === undefined ? undefined : { file: last.assignment.file, line: last.assignment.line };
}

/** The words of a value; blanks and tabs separate them. */
export function splitWords(value: string): string[] {
  // Most values are one word.
  if (!value.includes(' ') && !value.includes('\t')) return value === '' ? [] : [value];
  return value.split(/[ \t]+/).filter((word) => word !== '');
}

/** Applies one assignment to what was set before; words that a `-=` did not find are handed to `onMissing`. */
export function applyAssignment(
  values: Map<string, RawValue>,
  { variable, operator, value }: Assignment,
  onMissing?: (word: string) => void,
): void {
  if (operator === '=') {
    values.set(variable, value);
    return;
  }
  const before = values.get(variable);
  const words = splitWords(value);
  if (before === undefined && operator === '-=') {
    for (const word of words) onMissing?.(word);
    return;
  }
  // A new set: the one there may belong to a parent.
  const after = new Set(typeof before === 'string' ? splitWords(before) : before);
  for (const word of words) {
    if (operator === '+=') after.add(word);
    else if (!after.delete(word)) onMissing?.(word);
  }
  values.set(variable, after);
}

/** A value as text: words are joined by one blank. */
export function joinWords(value: RawValue): string {
  return typeof value === 'string' ? value : [...value].join(' ');
}

/** @throws UserError when there is no such object */
export function objectOf(db: Machdb, name: string): MachdbObject {
  const object = db.objects.get(name);
  if (object !== undefined) return object;
  const suggestion = didYouMean(name, db.objects.keys());
  throw new UserError(`the machine database has no object ${name}${suggestion === undefined ? '' : `; ${suggestion}`}`);
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

function listUnsettled({ assignments }: OwnLines): string[] {
  const unsettled = assignments.filter(({ operator, value }) => operator !== '=' || value.includes('${'));
  return unsettled.map(({ variable }) => variable);
}

/** What the parents of an object come to, in the order in which it names them. */
function parentsRecord(db: Machdb, { parents }: MachdbObject): RawRecord {
  const objects = parents.flatMap(({ name }) => db.objects.get(name) ?? []);
  if (objects.length < parents.length) return sourceAll(db, parents);
  const records = objects.map((parent) => inheritedRecord(db, parent));
  return records.length < 2 ? (records[0] ?? NOTHING) : (joinDisjoint(records) ?? sourceAll(db, parents));
}

/** What an object comes to that others inherit from. */
function inheritedRecord(db: Machdb, object: MachdbObject): RawRecord {
  const cache = cacheOf(db);
  const known = cache.records.get(object);
  if (known !== undefined) return known;
  const [first, ...others] = object.parents;
  const parent = first === undefined ? undefined : db.objects.get(first.name);
  // One step from what is known; a recursion would follow chains that are longer than the call stack.
  const inherited = parent === undefined || others.length > 0 ? undefined : cache.records.get(parent);
  const record = apply(inherited ?? sourceAll(db, object.parents), groupLines(db, object));
  cache.size += record.values.size;
  if (cache.size > MOST_CACHED_VARIABLES) {
    cache.records.clear();
    cache.size = record.values.size;
  }
  cache.records.set(object, record);
  return record;
}

/** The rule itself: every ancestor once, in order. */
function sourceAll(db: Machdb, parents: readonly Parent[]): RawRecord {
  const values = new Map(NOTHING.values);
  const unsettled = new Set<string>();
  const faults: Fault[] = [];
  let removes = false;
  for (const ancestor of ancestorsInOrder(db, parents)) {
    const own = groupLines(db, ancestor);
    for (const fault of own.faults) faults.push(fault);
    removes ||= hasRemovals(own);
    for (const assignment of own.assignments) applyAssignment(values, assignment);
    for (const variable of listUnsettled(own)) unsettled.add(variable);
  }
  return { values, unsettled: [...unsettled], removes, faults };
}

/** The own lines of an object that others inherit from, parsed once. */
function groupLines(db: Machdb, object: MachdbObject): OwnLines {
  const { lines } = cacheOf(db);
  const known = lines.get(object);
  if (known !== undefined) return known;
  const own = parseOwnLines(db, object);
  if (lines.size >= MOST_CACHED_GROUPS) lines.clear();
  lines.set(object, own);
  return own;
}

function apply(inherited: RawRecord, own: OwnLines): RawRecord {
  const values = new Map(inherited.values);
  for (const assignment of own.assignments) applyAssignment(values, assignment);
  const unsettled = new Set([...inherited.unsettled, ...listUnsettled(own)]);
  const removes = inherited.removes || hasRemovals(own);
  return { values, unsettled: [...unsettled], removes, faults: [...inherited.faults, ...own.faults] };
}

function hasRemovals({ assignments }: OwnLines): boolean {
  return assignments.some(({ operator }) => operator === '-=');
}

/** Parents that have no variable in common: each has its own say, whatever the order. Undefined when they may. */
function joinDisjoint(records: readonly RawRecord[]): RawRecord | undefined {
  if (records.some(({ removes }) => removes)) return undefined;
  const [first = NOTHING, ...others] = records;
  const values = new Map(first.values);
  for (const record of others) {
    for (const [variable, value] of record.values) {
      if (variable === 'HOSTNAME') continue;
      if (values.has(variable)) return undefined;
      values.set(variable, value);
    }
  }
  return {
    values,
    unsettled: records.flatMap(({ unsettled }) => unsettled),
    removes: false,
    // Two parents may have an ancestor with nothing in it but faults.
    faults: [...new Set(records.flatMap(({ faults }) => faults))],
  };
}

function cacheOf(db: Machdb): Cache {
  const known = caches.get(db);
  if (known !== undefined) return known;
  const cache: Cache = { records: new Map(), lines: new Map(), size: 0 };
  caches.set(db, cache);
  return cache;
}
