// What becomes of a job as a whole: whether it has ended, halts, begins, or opens its next ring. In: its state and counts, the time.
// Out: one step, or none. Never: I/O.
import { badStates, openStates } from '../../contract/fleet/jobs/job.ts';
import type { JobHostState, JobState, Rollout } from '../../contract/fleet/jobs/job.ts';

/** How many hosts are in which state; none where a state is missing. */
export type HostCounts = { readonly [state in JobHostState]?: number };

export type RingState = {
  /** 0 are the test hosts. */
  readonly ring: number;
  readonly total: number;
  /** Milliseconds since 1970. */
  readonly openedAt: number | null;
  readonly lastEndedAt: number | null;
  readonly counts: HostCounts;
};

export type JudgedJob = {
  readonly state: JobState;
  readonly reason: string;
  /** The newest ring that is open. */
  readonly ring: number;
  readonly budget: number;
  /** Failed or lost when a person last let it go on. */
  readonly pardoned: number;
  readonly rollout: Pick<Rollout, 'answered' | 'soakSeconds' | 'failedShare'>;
  /** By their numbers. */
  readonly rings: readonly RingState[];
};

export type JobStep = {
  readonly state?: JobState;
  readonly reason: string;
  /** The ring that is opened. */
  readonly opens?: number;
};

/** A share of fewer hosts says nothing. */
const ENOUGH_ANSWERS = 5;

const active: ReadonlySet<JobState> = new Set(['approved', 'running', 'paused', 'halted', 'done']);

/** @returns undefined when it goes on as it is */
export function decideJob(job: JudgedJob, nowMs: number): JobStep | undefined {
  if (!active.has(job.state)) return undefined;
  const counts = sumCounts(job.rings.map((ring) => ring.counts));
  // A late answer changes what is said of a job that is over, too.
  if (countOf(counts, ['waiting', ...openStates]) === 0)
    return ifNew(job, { state: 'done', reason: describeEnd(counts) });
  if (job.state === 'approved') return { state: 'running', reason: '', ...opensNext(job, -1) };
  if (job.state !== 'running') return undefined;
  const why = whyHalted(job, counts);
  if (why !== undefined) return { state: 'halted', reason: why };
  const ring = job.rings.find((each) => each.ring === job.ring);
  if (ring === undefined || !isOver(ring, job.rollout, nowMs)) return undefined;
  const opened = opensNext(job, job.ring);
  return opened.opens === undefined ? undefined : { reason: '', ...opened };
}

const ifNew = (job: JudgedJob, step: JobStep): JobStep | undefined =>
  job.state === step.state && job.reason === step.reason ? undefined : step;

/** The next ring that has hosts. */
function opensNext({ rings }: JudgedJob, after: number): { readonly opens?: number } {
  const next = rings.find(({ ring, total }) => ring > after && total > 0);
  return next === undefined ? {} : { opens: next.ring };
}

export const sumCounts = (all: readonly HostCounts[]): HostCounts => {
  const sum: { [state in JobHostState]?: number } = {};
  for (const counts of all) {
    for (const [state, hosts] of Object.entries(counts) as [JobHostState, number][])
      sum[state] = (sum[state] ?? 0) + hosts;
  }
  return sum;
};

export const countOf = (counts: HostCounts, states: readonly JobHostState[]): number =>
  states.reduce((sum, state) => sum + (counts[state] ?? 0), 0);

const isOver = (ring: RingState, rollout: JudgedJob['rollout'], nowMs: number): boolean =>
  nowMs >= (soakEnd(ring, rollout, nowMs) ?? Number.POSITIVE_INFINITY);

/** @returns undefined while too few of its hosts have ended */
function soakEnd({ total, counts, openedAt, lastEndedAt }: RingState, rollout: JudgedJob['rollout'], nowMs: number) {
  const ended = total - countOf(counts, ['waiting', ...openStates]);
  if (ended < rollout.answered * total) return undefined;
  return (lastEndedAt ?? openedAt ?? nowMs) + rollout.soakSeconds * 1000;
}

/** @returns when the next ring is opened, if nothing but time is in its way; null for every other ring */
export function soaksUntil({ state, ring: newest, rollout, rings }: JudgedJob, ring: number, nowMs: number) {
  const found = rings.find((each) => each.ring === ring);
  const isLast = !rings.some((each) => each.ring > ring && each.total > 0);
  if (state !== 'running' || ring !== newest || found === undefined || isLast) return null;
  const end = soakEnd(found, rollout, nowMs) ?? 0;
  return end > nowMs ? end : null;
}

/** @returns why it halts, in words; undefined when it does not */
function whyHalted({ ring, budget, pardoned, rollout }: JudgedJob, counts: HostCounts): string | undefined {
  const all = countOf(counts, badStates);
  const bad = all - pardoned;
  if (bad <= 0) return undefined;
  const words = describeBad(counts);
  if (ring === 0) return `${words} of its test hosts`;
  if (bad >= budget) return `${words}, and its budget is ${budget}`;
  const answered = countOf(counts, ['done', ...badStates]) - pardoned;
  if (answered < ENOUGH_ANSWERS || bad < rollout.failedShare * answered) return undefined;
  return `${words} of ${answered} that ended; it halts at ${Math.round(rollout.failedShare * 100)} %`;
}

function describeBad(counts: HostCounts): string {
  const parts = badStates.filter((state) => (counts[state] ?? 0) > 0).map((state) => `${counts[state]} ${state}`);
  return parts.join(', ');
}

function describeEnd(counts: HostCounts): string {
  const total = countOf(counts, Object.keys(counts) as JobHostState[]);
  const left = total - (counts.done ?? 0);
  if (left === 0) return '';
  const parts = (['failed', 'lost', 'refused', 'skipped'] as const)
    .filter((state) => (counts[state] ?? 0) > 0)
    .map((state) => `${counts[state]} ${state}`);
  return `${left} of ${total} hosts ${left === 1 ? 'is' : 'are'} not as wanted: ${parts.join(', ')}`;
}
