// What a job would change, for people: of a whole fleet, what is dangerous first. In: the plans of a job. Out: lines, none of
// which is longer than it must be. Never: I/O; leaves anything out without a word.
import type { showJob } from '../../../contract/fleet/api/jobs.ts';
import type { Action } from '../../../contract/fleet/jobs/action.ts';
import type { OutputOf } from '../../../contract/fleet/operation.ts';
import { alignColumns, countOf } from '../../../machdb/views/printable.ts';

type Job = OutputOf<typeof showJob>;
export type Plan = Job['plans'][number];
type PlannedChange = Plan['changes'][number];

/** One line of a plan, and the hosts that it is about. */
type Counted<T> = T & { readonly hosts: number };

export type PlanSummary = {
  /** Hosts of plans that have come to an end. */
  readonly planned: number;
  readonly notPossible: readonly Plan[];
  /** Packages that go, though nobody named them. */
  readonly alsoRemoved: readonly Counted<PlannedChange>[];
  readonly stays: readonly Counted<{ readonly name: string; readonly why: string }>[];
  readonly changes: readonly Counted<PlannedChange>[];
  readonly asWanted: readonly Plan[];
};

export function summarizePlans({ plans, action }: Pick<Job, 'plans' | 'action'>): PlanSummary {
  const planned = plans.filter(({ state }) => state === 'planned');
  const named = action.do === 'remove' ? namesOf(action) : new Set<string>();
  const changes = countSame(
    planned.flatMap(({ changes: each, hosts }) => each.map((change) => ({ ...change, hosts }))),
    ({ name, arch, before, after }) => JSON.stringify([name, arch, before, after]),
  );
  const isUnasked = ({ name, after }: PlannedChange): boolean => after === null && !named.has(name);
  return {
    planned: sumOf(planned),
    notPossible: plans.filter(({ state }) => state === 'refused' || state === 'failed'),
    alsoRemoved: changes.filter(isUnasked),
    stays: countSame(
      planned.flatMap(({ stays, hosts }) => stays.map((each) => ({ ...each, hosts }))),
      ({ name, why }) => JSON.stringify([name, why]),
    ),
    changes: changes.filter((change) => !isUnasked(change)),
    asWanted: planned.filter((plan) => plan.changes.length === 0),
  };
}

export const namesOf = (action: Action): ReadonlySet<string> =>
  new Set('packages' in action ? action.packages?.map(({ name }) => name) : []);

export const sumOf = (plans: readonly Pick<Plan, 'hosts'>[]): number =>
  plans.reduce((sum, { hosts }) => sum + hosts, 0);

/** The same on several kinds of lists is one line; what most hosts have comes first. */
function countSame<T>(all: readonly Counted<T>[], keyOf: (each: T) => string): Counted<T>[] {
  const counted = new Map<string, Counted<T>>();
  for (const each of all) {
    const key = keyOf(each);
    counted.set(key, { ...each, hosts: each.hosts + (counted.get(key)?.hosts ?? 0) });
  }
  return [...counted.values()].toSorted((one, other) => other.hosts - one.hosts);
}

export type PlanLimits = {
  /** Lines of each part; what is left out is counted. */
  readonly most: number;
  /** The command that shows all. */
  readonly more: string;
};

const REASON_LINES = 12;

/** Without the job's title. @param summary of at least one plan */
export function planLines(summary: PlanSummary, { most, more }: PlanLimits): string[] {
  const { notPossible, alsoRemoved, stays, changes, asWanted } = summary;
  const few = <T>(all: readonly T[], render: (shown: readonly T[]) => string[]): string[] => [
    ...render(all.slice(0, most)),
    ...(all.length > most ? [`  ${countOf(all.length - most, 'more line')}: ${more}`] : []),
  ];
  return [
    ...part(`NOT POSSIBLE on ${countOf(sumOf(notPossible), 'host')}:`, few(notPossible, reasonLines)),
    ...part('GOES AS WELL, as it cannot stay:', few(alsoRemoved, changeLines)),
    ...part('STAYS as it is:', few(stays, stayLines)),
    ...part('Changes:', few(changes, changeLines)),
    ...(asWanted.length === 0 ? [] : [`Nothing to do on ${countOf(sumOf(asWanted), 'host')}${suchAs(asWanted)}.`]),
  ];
}

const part = (title: string, lines: readonly string[]): string[] => (lines.length === 0 ? [] : [title, ...lines]);

const suchAs = ([first]: readonly Plan[]): string =>
  first === undefined || first.askedOf === '' ? '' : `, such as ${first.askedOf}`;

const indented = (rows: readonly (readonly string[])[]): string[] => alignColumns(rows).map((line) => `  ${line}`);

const changeLines = (changes: readonly Counted<PlannedChange>[]): string[] =>
  indented(changes.map((change) => [change.name, changeText(change), countOf(change.hosts, 'host')]));

/** `1.6-2 -> 1.6-3`, `new, 1.6-3`, `1.6-2 goes`. */
export const changeText = ({ before, after }: Pick<PlannedChange, 'before' | 'after'>): string => {
  if (before === null) return `new, ${after}`;
  return after === null ? `${before} goes` : `${before} -> ${after}`;
};

const stayLines = (stays: PlanSummary['stays']): string[] =>
  indented(stays.map(({ name, why, hosts }) => [name, why, countOf(hosts, 'host')]));

/** In full: who looks at this at night must see what the package system says. */
const reasonLines = (plans: readonly Plan[]): string[] =>
  plans.flatMap(({ hosts, askedOf, text }) => {
    const [first = '', ...rest] = text.split('\n').filter((line) => line.trim() !== '');
    const who = hosts === 1 ? askedOf : `${countOf(hosts, 'host')}${askedOf === '' ? '' : ` such as ${askedOf}`}`;
    const shown = rest.slice(0, REASON_LINES);
    const left = rest.length - shown.length;
    return [
      `  ${who === '' ? '1 host' : who}: ${first}`,
      ...shown.map((line) => `    ${line}`),
      ...(left > 0 ? [`    (${countOf(left, 'more line')})`] : []),
    ];
  });
