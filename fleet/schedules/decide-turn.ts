// What a schedule does when its time has come. In: the schedule, its last job, the time. Out: whether it makes a job, and what is to be
// said. Never: I/O. A time that was missed is made up for once, if it was within the last day: of a week of nights, one.
import type { JobState } from '../../contract/fleet/jobs/job.ts';
import { nextTime } from './next-time.ts';
import type { Times } from './next-time.ts';
import { zonedText } from './wall-clock.ts';

const DAY_MS = 86_400_000;
/** A server looks every ten seconds. */
const ON_TIME_MS = 120_000;

export type Due = {
  readonly times: Times;
  /** The first of its times that nobody has seen to. */
  readonly nextAt: number;
  /** The job of the time before, if it has not ended. */
  readonly unended: { readonly id: number; readonly state: JobState } | undefined;
};

export type Turn = {
  readonly makes: boolean;
  /** Empty when there is nothing to say. */
  readonly text: string;
  readonly nextAt: number | null;
};

/** @returns undefined when its time has not come */
export function decideTurn({ times, nextAt, unended }: Due, nowMs: number): Turn | undefined {
  if (nowMs < nextAt) return undefined;
  const next = { nextAt: nextTime(times, nowMs) ?? null };
  // The first of them that is not too long ago.
  const dueAt = nextAt > nowMs - DAY_MS ? nextAt : nextTime(times, nowMs - DAY_MS);
  if (dueAt === undefined || dueAt > nowMs) {
    const when = zonedText(nextAt, times.zone);
    return { makes: false, text: `no server was there at ${when}, and that is more than a day ago`, ...next };
  }
  if (unended !== undefined) {
    return { makes: false, text: `no job was made: job ${unended.id} of the time before is ${unended.state}`, ...next };
  }
  const isLate = nowMs > dueAt + ON_TIME_MS || dueAt !== nextAt;
  const text = isLate ? `it was due at ${zonedText(dueAt, times.zone)}, when no server was there` : '';
  return { makes: true, text, ...next };
}
