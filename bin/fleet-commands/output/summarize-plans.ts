// What a job would change on all of its hosts together. In: its action, and its plans, some at a time, as a job can have as many as
// hosts. Out: each change once, with the number of hosts, those of most hosts first. Never: I/O; drops a plan.
import type { listJobPlans } from '../../../contract/fleet/api/jobs.ts';
import type { Action } from '../../../contract/fleet/jobs/action.ts';
import type { OutputOf } from '../../../contract/fleet/operation.ts';

export type Plan = OutputOf<typeof listJobPlans>['plans'][number];
export type PlannedChange = Plan['changes'][number];

/** One line of a plan, and the hosts that it is about. */
export type Counted<T> = T & { readonly hosts: number };

/** What some hosts cannot do or need not do; `askedOf` is one of them, or empty. */
type Told = { readonly text: string; readonly askedOf: string };

export type PlanSummary = {
  /** Hosts of all plans, whatever became of them. */
  readonly hosts: number;
  readonly notPossible: readonly Counted<Told>[];
  /** Packages that go, though nobody named them. */
  readonly alsoRemoved: readonly Counted<PlannedChange>[];
  readonly stays: readonly Counted<Plan['stays'][number]>[];
  readonly changes: readonly Counted<PlannedChange>[];
  /** Hosts on which something changes. */
  readonly changing: number;
  /** At most one, as it has no text. */
  readonly asWanted: readonly Counted<Told>[];
};

export type PlanCollector = {
  readonly add: (plans: readonly Plan[]) => void;
  readonly summary: () => PlanSummary;
};

export function collectPlans(action: Action): PlanCollector {
  const named = namedToGo(action);
  const notPossible = countSame<Told>(({ text }) => text);
  const asWanted = countSame<Told>(({ text }) => text);
  const changes = countSame<PlannedChange>(({ name, arch, before, after }) => `${name} ${arch} ${before} ${after}`);
  const stays = countSame<Plan['stays'][number]>(({ name, why }) => `${name} ${why}`);
  let hosts = 0;
  let changing = 0;
  const addOne = (plan: Plan): void => {
    hosts += plan.hosts;
    if (plan.state === 'refused' || plan.state === 'failed') notPossible.add(plan, plan.hosts);
    if (plan.state !== 'planned') return;
    if (plan.changes.length === 0) asWanted.add({ text: '', askedOf: plan.askedOf }, plan.hosts);
    else changing += plan.hosts;
    for (const change of plan.changes) changes.add(change, plan.hosts);
    for (const stay of plan.stays) stays.add(stay, plan.hosts);
  };
  const isUnasked = (change: PlannedChange): boolean => change.after === null && !isNamed(named, change);
  return {
    add: (plans) => {
      for (const plan of plans) addOne(plan);
    },
    summary: () => ({
      hosts,
      changing,
      notPossible: notPossible.all(),
      alsoRemoved: changes.all().filter(isUnasked),
      stays: stays.all(),
      changes: changes.all().filter((change) => !isUnasked(change)),
      asWanted: asWanted.all(),
    }),
  };
}

/** Packages that somebody has asked to take away. */
function namedToGo(action: Action): readonly Named[] {
  if (action.do === 'remove') return action.packages;
  return action.do === 'restore' ? action.changes.filter(({ after }) => after === null) : [];
}

type Named = { readonly name: string; readonly arch?: string };

/** One without an architecture stands for all of them. */
const isNamed = (named: readonly Named[], { name, arch }: PlannedChange): boolean =>
  named.some((each) => each.name === name && (each.arch === undefined || each.arch === arch));

export const namesOf = (action: Action): ReadonlySet<string> =>
  new Set(
    ('packages' in action ? action.packages : 'files' in action ? action.files : undefined)?.map(({ name }) => name),
  );

/** The first of what is the same stands for all of them. */
function countSame<T>(keyOf: (each: T) => string) {
  const counted = new Map<string, { readonly first: T; hosts: number }>();
  return {
    add: (each: T, hosts: number): void => {
      const known = counted.get(keyOf(each));
      if (known === undefined) counted.set(keyOf(each), { first: each, hosts });
      else known.hosts += hosts;
    },
    all: (): Counted<T>[] =>
      [...counted.values()]
        .map(({ first, hosts }) => ({ ...first, hosts }))
        .toSorted((one, other) => other.hosts - one.hosts),
  };
}

export const sumOf = (counted: readonly { readonly hosts: number }[]): number =>
  counted.reduce((sum, { hosts }) => sum + hosts, 0);
