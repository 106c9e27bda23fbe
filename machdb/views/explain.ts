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
  /** There are more of them than a list of all variables shows; it has each one's own under its name. */
  readonly more?: true;
  /** As `machdb query` prints it; null when it is not set or a reference has no value. */
  readonly value: string | null;
  /** Why it has no value, when a reference of its own or of what it refers to is at fault. */
  readonly problem?: string;
};

// A chain of two thousand variables would be two million lines.
const MOST_REFERENCES = 20;

/** What was said of a variable so far; `last` is missing for HOSTNAME. */
type Trace = { readonly steps: Step[]; last: Contribution | undefined };

/**
 * Every variable that anything was said of, `HOSTNAME` first, the others in the order in which they first appear; or
 * `only` one of them, with all that it refers to.
 * @throws UserError when there is no such object; FaultsError when one of its lines cannot be read.
 */
export function explainObject(db: Machdb, name: string, only?: string): VariableExplanation[] {
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
  const reasons = spreadProblems(raws, problems);
  return [...traces]
    .filter(([variable]) => only === undefined || variable === only)
    .map(([variable, { steps }]) => {
      const problem = values.has(variable) ? undefined : reasons.get(variable);
      return {
        variable,
        steps,
        raw: raws.get(variable) ?? null,
        ...listReferences(explained, variable, only === undefined ? MOST_REFERENCES : Infinity),
        value: values.get(variable) ?? null,
        ...(problem === undefined ? {} : { problem }),
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
  const replaces = operator === '=' && before !== undefined && last !== undefined;
  const instead = replaces ? { value: joinWords(before), ...placeOf(last) } : undefined;
  return { object, file, line, operator, value, effect: describeEffect({ operator, value }, before, instead) };
}

function describeEffect(
  { operator, value }: { operator: Operator; value: string },
  raw: RawValue | undefined,
  instead: (SourceLine & { value: string }) | undefined,
): Effect {
  if (operator === '=') return instead === undefined ? { did: 'set' } : { did: 'set', instead };
  // A list of thousands of words is not copied for each line that adds one.
  const before = typeof raw === 'object' ? raw : new Set(wordsOf(raw));
  const words = [...new Set(splitWords(value))];
  const there = words.filter((word) => before.has(word));
  const missing = words.filter((word) => !before.has(word));
  if (operator === '+=') return { did: 'add', added: missing, present: there };
  return { did: 'remove', removed: there, absent: missing };
}

function placeOf({ assignment: { file, line } }: Contribution): SourceLine {
  return { file, line };
}

/**
 * For each variable that refers to one at fault, directly or not, the first problem that it has this way. Each variable is
 * visited once: in a chain of thousands, all have the problem of the last.
 */
function spreadProblems(
  raws: ReadonlyMap<string, string>,
  problems: readonly { readonly variable: string; readonly message: string }[],
): Map<string, string> {
  const reasons = new Map<string, string>();
  if (problems.length === 0) return reasons;
  const referrers = new Map<string, string[]>();
  for (const [variable, raw] of raws) {
    for (const name of referencesIn(raw)) {
      const known = referrers.get(name);
      if (known === undefined) referrers.set(name, [variable]);
      else known.push(variable);
    }
  }
  for (const { variable, message } of problems) {
    const waiting = [variable];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      if (reasons.has(next)) continue;
      reasons.set(next, message);
      for (const referrer of referrers.get(next) ?? []) waiting.push(referrer);
    }
  }
  return reasons;
}

/** What a variable refers to directly, and then what that refers to; no more than `most`, but all direct ones. */
function listNeeded(
  raws: ReadonlyMap<string, string>,
  variable: string,
  most: number,
): { needed: ReadonlySet<string>; more: boolean } {
  // A set hands out what is added while it is walked.
  const needed = new Set([variable]);
  for (const name of needed) {
    for (const next of referencesIn(raws.get(name) ?? '')) {
      if (name !== variable && needed.size > most && !needed.has(next)) return { needed, more: true };
      needed.add(next);
    }
  }
  return { needed, more: false };
}

function listReferences(
  explained: {
    traces: ReadonlyMap<string, Trace>;
    raws: ReadonlyMap<string, string>;
    values: ReadonlyMap<string, string>;
  },
  variable: string,
  most: number,
): Pick<VariableExplanation, 'references' | 'more'> {
  const references: ReplacedReference[] = [];
  const { needed, more } = listNeeded(explained.raws, variable, most);
  for (const name of needed) {
    if (name === variable) continue;
    const [raw, value] = [explained.raws.get(name), explained.values.get(name)];
    // What has no value replaced nothing; the problem says so.
    if (raw === undefined || value === undefined) continue;
    const last = explained.traces.get(name)?.last;
    const from = last && { object: last.object, ...placeOf(last) };
    references.push({ variable: name, value, raw, ...(from === undefined ? {} : { from }) });
  }
  return { references, ...(more && { more }) };
}
