// When something happens that happens again and again. In: a cron expression and a zone. Out: times. Never: reads a clock.
import { faultOfCron, nextOnWall } from './cron-pattern.ts';
import { firstShownAt, isZone, latestShown } from './wall-clock.ts';

export type Times = {
  /** Five fields, or `@daily` and the like. */
  readonly cron: string;
  /** A name of IANA, such as `Europe/Berlin`. */
  readonly zone: string;
};

/** @returns in words; undefined when there will be such a time */
export function faultOfTimes({ cron, zone }: Times, nowMs: number): string | undefined {
  const fault = faultOfCron(cron);
  if (fault !== undefined) return fault;
  if (!isZone(zone)) return `${zone} is no time zone; names are such as Europe/Berlin, or UTC`;
  return nextTime({ cron, zone }, nowMs) === undefined ? `there is no day of ${JSON.stringify(cron)}` : undefined;
}

/** The first of its times after `afterMs`. @returns undefined when none comes any more */
export function nextTime({ cron, zone }: Times, afterMs: number): number | undefined {
  const wallMs = nextOnWall(cron, latestShown(afterMs, zone));
  return wallMs === undefined ? undefined : firstShownAt(wallMs, zone);
}

/** @param count at most so many */
export function nextTimes(times: Times, afterMs: number, count: number): number[] {
  const found: number[] = [];
  while (found.length < count) {
    const next = nextTime(times, found.at(-1) ?? afterMs);
    if (next === undefined) break;
    found.push(next);
  }
  return found;
}
