// Which jobs are old. In: jobs that have ended. Out: the numbers of those that go. Never: I/O. What it keeps is bounded three times: by
// days, by how many jobs, and by how many hosts they had together, as each is a row; yet the newest days stay whole.

export type EndedJob = {
  readonly id: number;
  /** Milliseconds since 1970. */
  readonly endedAt: number;
  /** How many hosts it is for. */
  readonly total: number;
};

export type KeptJobs = {
  readonly days: number;
  readonly jobs: number;
  /** Of all jobs that have ended, together. */
  readonly hosts: number;
  /** Younger ones stay in any case: what went wrong last week is still to be undone. */
  readonly atLeastDays: number;
};

const DAY_MS = 86_400_000;

/** @returns the oldest first */
export function decideOldJobs(ended: readonly EndedJob[], kept: KeptJobs, nowMs: number): number[] {
  const newestFirst = ended.toSorted((one, other) => other.endedAt - one.endedAt || other.id - one.id);
  const old: number[] = [];
  let hosts = 0;
  for (const [index, { id, endedAt, total }] of newestFirst.entries()) {
    hosts += total;
    const days = (nowMs - endedAt) / DAY_MS;
    const isBeyond = days > kept.days || index >= kept.jobs || hosts > kept.hosts;
    if (isBeyond && days > kept.atLeastDays) old.push(id);
  }
  return old.reverse();
}
