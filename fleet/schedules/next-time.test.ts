import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { assert as check, constantFrom, integer, nat, oneof, property, record } from 'fast-check';
import { faultOfTimes, nextTime, nextTimes } from './next-time.ts';
import { zonedText } from './wall-clock.ts';

const BERLIN = 'Europe/Berlin';

const cases: readonly (readonly [why: string, cron: string, zone: string, after: string, next: readonly string[]])[] = [
  ['every night', '0 2 * * *', BERLIN, '2026-12-04T12:00Z', ['2026-12-05T01:00Z', '2026-12-06T01:00Z']],
  ['not the time itself', '0 2 * * *', 'UTC', '2026-12-05T02:00Z', ['2026-12-06T02:00Z']],
  ['a time that is left out', '30 2 * * *', BERLIN, '2026-03-28T12:00Z', ['2026-03-29T01:00Z', '2026-03-30T00:30Z']],
  ['a time that comes twice', '30 2 * * *', BERLIN, '2026-10-24T12:00Z', ['2026-10-25T00:30Z', '2026-10-26T01:30Z']],
  ['asked between the two', '30 2 * * *', BERLIN, '2026-10-25T00:45Z', ['2026-10-26T01:30Z']],
  ['asked as clocks are put back', '30 2 * * *', BERLIN, '2026-10-25T01:00Z', ['2026-10-26T01:30Z']],
  [
    'clocks that are put forward at midnight',
    '0 0 * * *',
    'America/Sao_Paulo',
    '2018-11-03T12:00Z',
    ['2018-11-04T03:00Z'],
  ],
  [
    'half an hour',
    '15 2 * * *',
    'Australia/Lord_Howe',
    '2026-10-03T00:00Z',
    ['2026-10-03T15:30Z', '2026-10-04T15:15Z'],
  ],
  [
    'a day that is left out',
    '0 12 * * *',
    'Pacific/Apia',
    '2011-12-29T22:00Z',
    ['2011-12-30T10:00Z', '2011-12-30T22:00Z'],
  ],
  ['the second Saturday', '0 2 * * sat#2', BERLIN, '2026-11-30T00:00Z', ['2026-12-12T01:00Z', '2027-01-09T01:00Z']],
  ['the same, as days of the month', '0 2 8-14 * +sat', BERLIN, '2026-11-30T00:00Z', ['2026-12-12T01:00Z']],
  ['the last Friday', '0 2 * * fri#L', 'UTC', '2026-11-30T00:00Z', ['2026-12-25T02:00Z', '2027-01-29T02:00Z']],
  ['February 29', '0 0 29 2 *', 'UTC', '2026-11-30T00:00Z', ['2028-02-29T00:00Z', '2032-02-29T00:00Z']],
  ['a nickname', '@weekly', 'UTC', '2026-11-30T00:00Z', ['2026-12-06T00:00Z']],
];

suite('times of cron expressions', () => {
  for (const [why, cron, zone, after, next] of cases) {
    test(why, () => {
      const found = nextTimes({ cron, zone }, Date.parse(after), next.length);
      assert.deepEqual(
        found.map((ms) => new Date(ms).toISOString().replace(':00.000', '')),
        next,
      );
    });
  }
});

const bad: readonly (readonly [cron: string, zone: string, what: RegExp])[] = [
  ['', 'UTC', /not the five of cron/],
  ['* * * * * *', 'UTC', /has 6 fields, not the five of cron/],
  ['@reboot', 'UTC', /not the five/],
  ['2026-12-05T02:00:00', 'UTC', /not the five/],
  ['61 * * * *', 'UTC', /Invalid value for minute: 61/],
  ['0 22-4 * * *', 'UTC', /From value is larger/],
  ['H H * * *', 'UTC', /illegal characters/],
  ['0 2 * * sun#6', 'UTC', /nth weekday out of range/],
  // As many write it who mean the second Saturday; cron takes it for each Saturday, and seven days more.
  ['0 2 8-14 * sat', 'UTC', /cron takes either; sat#2 is the second Saturday/],
  ['15 10 ? * 6L', 'UTC', /has a \?; write \* instead/],
  ['0 2 */1 * sat', 'UTC', /cron takes either/],
  ['30 2/4 * * *', 'UTC', /stepping with numeric prefix/],
  ['0 50 18 13 11 ? 2024', 'UTC', /has 7 fields/],
  ['0 2 30 2 *', 'UTC', /there is no day of "0 2 30 2 \*"/],
  ['0 2 * * *', 'Mars/Base', /Mars\/Base is no time zone/],
];

suite('what is no time is refused in words', () => {
  for (const [cron, zone, what] of bad) {
    test(cron, () => assert.match(faultOfTimes({ cron, zone }, Date.UTC(2026, 10, 30)) ?? 'taken', what));
  }
});

test('a time is told with its zone, and how far that is from UTC', () => {
  assert.equal(zonedText(Date.UTC(2026, 11, 5, 1), BERLIN), 'Sat 2026-12-05 02:00 Europe/Berlin (UTC+01:00)');
  assert.equal(zonedText(Date.UTC(2026, 6, 5, 1, 30), BERLIN), 'Sun 2026-07-05 03:30 Europe/Berlin (UTC+02:00)');
  assert.equal(zonedText(Date.UTC(2026, 6, 5, 1, 30), 'UTC'), 'Sun 2026-07-05 01:30 UTC');
});

/** Zones with changes of an hour, of half an hour, at midnight, on other days, and with none. */
const zones = [
  BERLIN,
  'America/New_York',
  'Australia/Lord_Howe',
  'America/Santiago',
  'Africa/Casablanca',
  'Asia/Kolkata',
];
const MINUTE = 60_000;
const HOURS = 30;

/** What clocks of the zone show, by Intl, as if it were UTC. */
function shownBy(zone: string): (ms: number) => number {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  });
  return (ms) => {
    const parts = Object.fromEntries(format.formatToParts(ms).map(({ type, value }) => [type, Number(value)]));
    const { year = 0, month = 1, day, hour, minute } = parts;
    return Date.UTC(year, month - 1, day, hour, minute);
  };
}

/** Minute after minute: a time has come when clocks show it, or have gone past it, for the first time. */
function firstByWatching({ hour, minute, zone }: { hour: number; minute: number; zone: string }, afterMs: number) {
  const shown = shownBy(zone);
  let latest = Number.NEGATIVE_INFINITY;
  for (let ms = afterMs - HOURS * 60 * MINUTE; ms <= afterMs + 2 * HOURS * 60 * MINUTE; ms += MINUTE) {
    const now = shown(ms);
    const before = Number.isFinite(latest) ? latest : now;
    latest = Math.max(before, now);
    const isPassed = [before, latest].some((day) => {
      const due = Math.floor(day / 86_400_000) * 86_400_000 + (hour * 60 + minute) * MINUTE;
      return before < due && due <= latest;
    });
    if (isPassed && ms > afterMs) return ms;
  }
  return undefined;
}

/** Near the days when clocks are changed, by Intl. */
const changeDays = new Map(
  zones.map((zone) => {
    const shown = shownBy(zone);
    const days: number[] = [];
    for (let day = Date.UTC(2026, 0, 1); day < Date.UTC(2028, 0, 1); day += 86_400_000) {
      if (shown(day) - day !== shown(day + 86_400_000) - day - 86_400_000) days.push(day);
    }
    return [zone, days.length === 0 ? [Date.UTC(2026, 0, 1)] : days] as const;
  }),
);

test('a daily time is when a clock that is watched shows it for the first time, or has gone past it', () => {
  const inputs = record({
    zone: constantFrom(...zones),
    day: nat(),
    minutes: integer({ min: -1440, max: 2880 }),
    hour: oneof(integer({ min: 0, max: 3 }), integer({ min: 0, max: 23 })),
    minute: integer({ min: 0, max: 59 }),
  });
  check(
    property(inputs, ({ zone, day, minutes, hour, minute }) => {
      const days = changeDays.get(zone) ?? [];
      const afterMs = (days[day % days.length] ?? 0) + minutes * MINUTE;
      const expected = firstByWatching({ hour, minute, zone }, afterMs);
      assert.equal(nextTime({ cron: `${minute} ${hour} * * *`, zone }, afterMs), expected);
    }),
    { numRuns: 60 },
  );
});

test('times always rise, whatever clocks do', () => {
  const crons = constantFrom('*/7 * * * *', '*/30 * * * *', '15,45 1-3 * * *', '0 * * * *', '30 2 * * sun');
  check(
    property(constantFrom(...zones), nat(), crons, (zone, day, cron) => {
      const days = changeDays.get(zone) ?? [];
      let lastMs = (days[day % days.length] ?? 0) - 3 * 3_600_000;
      for (const ms of nextTimes({ cron, zone }, lastMs, 60)) {
        assert.ok(ms > lastMs, `${new Date(ms).toISOString()} comes after ${new Date(lastMs).toISOString()}`);
        lastMs = ms;
      }
    }),
    { numRuns: 40 },
  );
});
