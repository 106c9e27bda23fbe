// What a host of a job waits for, in words that are of now. In: rows of the store. Out: words. Never: decides (fleet/jobs/decide-wait.ts).
import { openStates } from '../../../contract/fleet/jobs/job.ts';
import type { HostState } from '../../../contract/fleet/enrolment.ts';
import { decideWait, describeNextCheckIn } from '../../jobs/decide-wait.ts';
import type { WaitingHost } from '../../jobs/decide-wait.ts';
import type { Queries } from '../../store/open-store.ts';

type WaitingRow = {
  readonly ring: number;
  /** Null, as all that follows, when the host was taken out. */
  readonly hostState: HostState | null;
  readonly lastSeenAt: number | null;
  readonly nextDueAt: number | null;
  readonly clockOffset: number | null;
  readonly installedSet: number | null;
  readonly candidatesSet: number | null;
};

type Now = {
  /** The job that has an order open on this host. */
  readonly openJob: number | undefined;
  readonly nowMs: number;
};

export function describeWaiting(job: WaitingHost['job'], row: WaitingRow, { openJob, nowMs }: Now): string {
  const { hostState, lastSeenAt, clockOffset, nextDueAt, installedSet, candidatesSet } = row;
  const host = {
    state: hostState ?? 'revoked',
    lastSeenAt,
    clockOffset: clockOffset ?? 0,
    hasLists: installedSet !== null && candidatesSet !== null,
    isInSync: true,
  };
  return (
    decideWait({ job, ring: row.ring, host, otherJob: openJob, nowMs }) ?? describeNextCheckIn({ nextDueAt }, nowMs)
  );
}

/** @param hosts at most a thousand @returns the job that each of them is at work for */
export async function findOpenJobs(queries: Queries, hosts: readonly string[]): Promise<ReadonlyMap<string, number>> {
  if (hosts.length === 0) return new Map();
  const rows = queries.selectFrom('jobHosts').select(['host', 'job']).where('host', 'in', hosts);
  const open = await rows.where('state', 'in', [...openStates]).execute();
  return new Map(open.map((row) => [row.host, row.job]));
}
