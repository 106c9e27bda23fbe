// What the parents of objects resolve to. In: a database and an object. Out: its parents' variables, before references
// are replaced. Results are kept, because a hundred thousand machines share some hundred groups.
import type { Fault } from '../lib/errors.ts';
import { parseOwnLines } from './assignments.ts';
import type { OwnLines } from './assignments.ts';
import { ancestorsInOrder } from './inheritance.ts';
import type { Machdb, MachdbObject, Parent } from './types.ts';
import { isOfRecords } from './machine-variables.ts';
import { applyAssignment } from './values.ts';
import type { RawValue } from './values.ts';

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
  /** How many variables and words there are in all of `records`. */
  size: number;
};

const MOST_CACHED_VARIABLES = 500_000;
const MOST_CACHED_GROUPS = 5000;
// Of a chain of parents, the nearest are kept: a chain of thousands of machines asks for one after the other.
const MOST_STEPS_KEPT = 100;
const NOTHING: RawRecord = { values: new Map([['HOSTNAME', '']]), unsettled: [], removes: false, faults: [] };

// A database never changes, so what was found out about it stays true.
const caches = new WeakMap<Machdb, Cache>();

/** What the parents of an object come to, in the order in which it names them. */
export function parentsRecord(db: Machdb, { parents }: MachdbObject): RawRecord {
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
  const chain = unknownChain(db, object);
  const top = chain.at(-1) ?? object;
  const base = db.objects.get(top.parents[0]?.name ?? '');
  const steps = chain.splice(0, MOST_STEPS_KEPT).reverse();
  const inherited = (top.parents.length === 1 && base !== undefined && cache.records.get(base)) || undefined;
  let record = inherited ?? sourceAll(db, top.parents);
  if (chain.length > 0)
    record = apply(
      record,
      chain.reverse().map((each) => groupLines(db, each)),
    );
  for (const each of steps) {
    record = apply(record, [groupLines(db, each)]);
    remember(cache, each, record);
  }
  return record;
}

/** The object, its only parent, that one's only parent and so on, as far as nothing is known of them. */
function unknownChain(db: Machdb, object: MachdbObject): MachdbObject[] {
  const { records } = cacheOf(db);
  // A set, because parents that were not checked may go in a circle; whoever goes on from there finds out.
  const chain = new Set<MachdbObject>();
  let next: MachdbObject | undefined = object;
  while (next !== undefined && !chain.has(next) && !records.has(next)) {
    chain.add(next);
    next = next.parents.length === 1 ? db.objects.get(next.parents[0]?.name ?? '') : undefined;
  }
  return [...chain];
}

function remember(cache: Cache, object: MachdbObject, record: RawRecord): void {
  let size = 0;
  for (const value of record.values.values()) size += typeof value === 'string' ? 1 : 1 + value.size;
  if (cache.size + size > MOST_CACHED_VARIABLES) {
    cache.records.clear();
    cache.size = 0;
  }
  cache.size += size;
  cache.records.set(object, record);
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
    for (const assignment of own.assignments) if (isOfRecords(assignment)) applyAssignment(values, assignment);
    for (const variable of listUnsettled(own)) unsettled.add(variable);
  }
  return { values, unsettled: [...unsettled], removes, faults };
}

/** The own lines of an object that others inherit from, parsed once. */
export function groupLines(db: Machdb, object: MachdbObject): OwnLines {
  const { lines } = cacheOf(db);
  const known = lines.get(object);
  if (known !== undefined) return known;
  const own = parseOwnLines(db, object);
  if (lines.size >= MOST_CACHED_GROUPS) lines.clear();
  lines.set(object, own);
  return own;
}

/** What comes out when the own lines of one object after the other are added. */
function apply(inherited: RawRecord, lines: readonly OwnLines[]): RawRecord {
  const values = new Map(inherited.values);
  const unsettled = new Set(inherited.unsettled);
  for (const own of lines) {
    for (const assignment of own.assignments) if (isOfRecords(assignment)) applyAssignment(values, assignment);
    for (const variable of listUnsettled(own)) unsettled.add(variable);
  }
  const removes = inherited.removes || lines.some(hasRemovals);
  const faults = [...inherited.faults, ...lines.flatMap((own) => own.faults)];
  return { values, unsettled: [...unsettled], removes, faults };
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

/** The variables that these lines leave unsettled. */
export function listUnsettled({ assignments }: OwnLines): string[] {
  const unsettled = assignments.filter(({ operator, value }) => operator !== '=' || value.includes('${'));
  return unsettled.map(({ variable }) => variable);
}
