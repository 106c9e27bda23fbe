// Cron expressions, as clocks on walls show them, without a zone. In: five fields. Out: the next time that fits. The only file that
// knows croner; it is asked in UTC, where no hour is missing or comes twice (docs/deviations.md), and zones are wall-clock.ts's.
import { Cron } from 'croner';

/** `@daily` and the like; `@reboot` is none. */
const NICKNAMES = /^@(?:hourly|daily|midnight|weekly|monthly|yearly|annually)$/i;

/** @returns what is wrong with it, in words; undefined when it is one */
export function faultOfCron(text: string): string | undefined {
  const fields = text.trim().split(/\s+/);
  if (NICKNAMES.test(text.trim())) return undefined;
  if (fields.length !== 5) {
    return `${JSON.stringify(text)} has ${fields.length} fields, not the five of cron: minute, hour, day of month, month, weekday`;
  }
  // croner takes it for any day, and that is each day beside a weekday.
  if (text.includes('?')) return `${JSON.stringify(text)} has a ?; write * instead`;
  const [, , day = '', , weekday = ''] = fields;
  if (day !== '*' && weekday !== '*' && !weekday.startsWith('+')) {
    return `${JSON.stringify(text)} names a day of the month and a weekday, and cron takes either; sat#2 is the second Saturday, +sat takes both`;
  }
  try {
    read(text);
    return undefined;
  } catch (error) {
    return `${JSON.stringify(text)} is no cron expression: ${(error as Error).message.replace(/^CronPattern: /, '')}`;
  }
}

const read = (text: string): Cron => new Cron(text.trim(), { timezone: 'UTC', paused: true, mode: '5-part' });

/**
 * The first time after `wallMs` that fits, and is not `wallMs`.
 * @param cron one in which `faultOfCron` finds nothing
 * @param wallMs what a clock on the wall shows, as if it were UTC, in milliseconds since 1970
 * @returns the same; undefined when none comes any more: February 30
 */
export const nextOnWall = (cron: string, wallMs: number): number | undefined =>
  read(cron).nextRun(new Date(wallMs))?.getTime();
