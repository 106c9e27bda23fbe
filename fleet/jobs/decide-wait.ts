// What a host of a job waits for. In: the job, the host, the time. Out: words, or none when its next check-in may bring its order.
// The same answers give leases and are told to people. Never: I/O.
import type { HostState } from '../../contract/fleet/enrolment.ts';
import type { JobState } from '../../contract/fleet/jobs/job.ts';
import { describeClock, timeText } from '../hosts/describe-time.ts';
import { waitsForOrders } from '../schedules/next-window.ts';
import type { StoredOpening } from '../schedules/next-window.ts';

export type WaitingHost = {
  readonly job: StoredOpening & {
    readonly state: JobState;
    readonly ring: number;
    readonly openLeases: number;
    readonly budget: number;
  };
  /** Of this host within the job. */
  readonly ring: number;
  readonly host: {
    readonly state: HostState;
    readonly lastSeenAt: number | null;
    /** The host's clock less the server's, in seconds. */
    readonly clockOffset: number;
    readonly hasLists: boolean;
    /** What it last announced is what the server has. */
    readonly isInSync: boolean;
  };
  /** Another job that has an order open on this host. */
  readonly otherJob: number | undefined;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
};

/** Exhaustive; undefined: the job gives leases. */
const waitsOfJob: { readonly [state in JobState]: string | undefined } = {
  draft: 'the job is not planned yet',
  planning: 'the job is being planned',
  planned: 'the job waits for an approval',
  approved: 'the job waits for its time',
  running: undefined,
  paused: 'the job is paused',
  halted: 'the job has halted',
  done: 'the job is over',
  cancelled: 'the job was cancelled',
};

const waitsOfHost: { readonly [state in HostState]: string | undefined } = {
  pending: 'it waits to be let in',
  enrolled: undefined,
  quarantined: 'it is quarantined',
  revoked: 'it was revoked',
};

/** @returns undefined when nothing but its next check-in is in the way of its order */
export function decideWait({ job, ring, host, otherJob, nowMs }: WaitingHost): string | undefined {
  const before = waitsOfJob[job.state] ?? waitsForOrders(job, nowMs) ?? waitsOfHost[host.state];
  if (before !== undefined) return before;
  if (ring > job.ring) return `its turn comes with ring ${ring}, and ring ${job.ring} is open`;
  if (host.lastSeenAt === null) return 'it has not checked in yet';
  const clock = describeClock(host.clockOffset);
  if (clock !== undefined) return clock;
  if (!host.hasLists) return 'it has not reported its lists yet';
  if (otherJob !== undefined) return `job ${otherJob} is at work on it`;
  if (!host.isInSync) return 'its new lists are on their way';
  if (job.openLeases >= job.budget) return `${job.openLeases} hosts are at work, as many as the budget allows`;
  return undefined;
}

/** For a host that `decideWait` finds nothing to say of. */
export function describeNextCheckIn({ nextDueAt }: { readonly nextDueAt: number | null }, nowMs: number): string {
  if (nextDueAt === null) return 'its next check-in';
  return nowMs > nextDueAt
    ? `its check-in, which was due at ${timeText(nextDueAt)}`
    : `its check-in, which is due at ${timeText(nextDueAt)}`;
}
