// Where a value comes from. In: a database and a name. Out: for each variable, every assignment with its effect, and
// every reference with its replacement. Never: leaves anything out; replaying the steps gives the record.
import { parseOwnLines } from '../assignments.ts';
import { expandReferences } from '../expand.ts';
import { faultsError } from '../faults.ts';
import { ancestorsInOrder } from '../inheritance.ts';
import { listContributions, objectOf } from '../resolve.ts';
import { applyAssignment, joinWords, splitWords } from '../values.ts';
import type { Contribution } from '../resolve.ts';
import type { RawValue } from '../values.ts';
import type { Machdb, Operator, SourceLine } from '../types.ts';
import { referencesIn, wordsOf } from './raw-value.ts';

/** One assignment; `object` names the object that it was written in, which is the one explained or an ancestor. */
export type Step = SourceLine & {
  readonly object: string;
  readonly operator: Operator;
  /** As written. */
  readonly value: string;
  readonly effect: Effect;
};

/** Words that an assignment did not have to add or remove are `present` or `absent`. */
type Effect =
  | { readonly did: 'set'; readonly instead?: SourceLine & { readonly value: string } }
  | { readonly did: 'add'; readonly added: readonly string[]; readonly present: readonly string[] }
  | { readonly did: 'remove'; readonly removed: readonly string[]; readonly absent: readonly string[] };

/** What a `${VAR}` was replaced by; `from` is the last assignment of VAR, none for HOSTNAME. */
export type ReplacedReference = {
  readonly variable: string;
  readonly value: string;
  /** Before its own references were replaced. */
  readonly raw: string;
  readonly from?: SourceLine & { readonly object: string };
};

/** One variable of an object. */
export type VariableExplanation = {
  readonly variable: string;
  readonly steps: readonly Step[];
  /** Before references are replaced; null when the variable is not set, as only `-=` touched it. */
  readonly raw: string | null;
  /** Direct references first, then those of what replaced them; each once. */
  readonly references: readonly ReplacedReference[];
  /** As `machdb query` prints it; null when it is not set or a reference has no value. */
  readonly value: string | null;
  /** Why it has no value, when a reference of its own or of what it refers to is at fault. */
  readonly problem?: string;
};

/** What was said of a variable so far; `last` is missing for HOSTNAME. */
type Trace = { readonly steps: Step[]; last: Contribution | undefined };

/**
 * Every variable that anything was said of, `HOSTNAME` first, the others in the order in which they first appear.
 * @throws UserError when there is no such object; FaultsError when one of its lines cannot be read.
 */
export function explainObject(db: Machdb, name: string): VariableExplanation[] {
  requireReadable(db, name);
  const traces = new Map<string, Trace>([['HOSTNAME', { steps: [], last: undefined }]]);
  const current = new Map<string, RawValue>([['HOSTNAME', name]]);
  for (const contribution of listContributions(db, name)) {
    const { variable } = contribution.assignment;
    const trace = traces.get(variable) ?? { steps: [], last: undefined };
    traces.set(variable, trace);
    trace.steps.push(describeStep(contribution, current.get(variable), trace.last));
    trace.last = contribution;
    applyAssignment(current, contribution.assignment);
  }
  const raws = new Map(current.entries().map(([variable, raw]) => [variable, joinWords(raw)]));
  const { values, problems } = expandReferences(raws);
  const explained = { traces, raws, values };
  return [...traces].map(([variable, { steps }]) => {
    const needed = values.has(variable) ? new Set<string>() : listNeeded(raws, variable);
    const problem = problems.find((each) => needed.has(each.variable));
    return {
      variable,
      steps,
      raw: raws.get(variable) ?? null,
      references: listReferences(explained, variable),
      value: values.get(variable) ?? null,
      ...(problem === undefined ? {} : { problem: problem.message }),
    };
  });
}

/** Whoever loaded only what is needed has not looked at the lines below the headers yet. */
function requireReadable(db: Machdb, name: string): void {
  const object = objectOf(db, name);
  const family = [...ancestorsInOrder(db, object.parents), object];
  const faults = family.flatMap((each) => parseOwnLines(db, each).faults);
  if (faults.length > 0) throw faultsError(`explaining ${name}`, faults);
}

function describeStep(
  { object, assignment: { file, line, operator, value } }: Contribution,
  before: RawValue | undefined,
  last: Contribution | undefined,
): Step {
  const instead =
    before === undefined || last === undefined ? undefined : { value: joinWords(before), ...placeOf(last) };
  return { object, file, line, operator, value, effect: describeEffect({ operator, value }, before, instead) };
}

function describeEffect(
  { operator, value }: { operator: Operator; value: string },
  raw: RawValue | undefined,
  instead: (SourceLine & { value: string }) | undefined,
): Effect {
  const before = new Set(wordsOf(raw));
  const words = [...new Set(splitWords(value))];
  const there = words.filter((word) => before.has(word));
  const missing = words.filter((word) => !before.has(word));
  if (operator === '+=') return { did: 'add', added: missing, present: there };
  if (operator === '-=') return { did: 'remove', removed: there, absent: missing };
  return instead === undefined ? { did: 'set' } : { did: 'set', instead };
}

function placeOf({ assignment: { file, line } }: Contribution): SourceLine {
  return { file, line };
}

/** The variable and all that it refers to, directly or not. */
function listNeeded(raws: ReadonlyMap<string, string>, variable: string): Set<string> {
  // A set hands out what is added while it is walked.
  const needed = new Set([variable]);
  for (const name of needed) {
    for (const next of referencesIn(raws.get(name) ?? '')) needed.add(next);
  }
  return needed;
}

function listReferences(
  explained: {
    traces: ReadonlyMap<string, Trace>;
    raws: ReadonlyMap<string, string>;
    values: ReadonlyMap<string, string>;
  },
  variable: string,
): ReplacedReference[] {
  const references: ReplacedReference[] = [];
  for (const name of listNeeded(explained.raws, variable)) {
    if (name === variable) continue;
    const [raw, value] = [explained.raws.get(name), explained.values.get(name)];
    // What has no value replaced nothing; the problem says so.
    if (raw === undefined || value === undefined) continue;
    const last = explained.traces.get(name)?.last;
    const from = last && { object: last.object, ...placeOf(last) };
    references.push({ variable: name, value, raw, ...(from === undefined ? {} : { from }) });
  }
  return references;
}
