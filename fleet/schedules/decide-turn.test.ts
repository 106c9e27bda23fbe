import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { array, assert as check, constantFrom, integer, property } from 'fast-check';
import { decideTurn } from './decide-turn.ts';
import type { Due } from './decide-turn.ts';

const at = (text: string): number => Date.parse(text);
const nightly = { cron: '0 2 * * *', zone: 'UTC' };
const due: Due = { times: nightly, nextAt: at('2026-12-05T02:00Z'), unended: undefined };
const next6 = at('2026-12-06T02:00Z');

const cases: readonly (readonly [now: string, more: Partial<Due>, turn: ReturnType<typeof decideTurn>])[] = [
  ['2026-12-05T01:59Z', {}, undefined],
  ['2026-12-05T02:00Z', {}, { makes: true, text: '', nextAt: next6 }],
  ['2026-12-05T02:02Z', {}, { makes: true, text: '', nextAt: next6 }],
  [
    '2026-12-05T02:03Z',
    {},
    { makes: true, text: 'it was due at Sat 2026-12-05 02:00 UTC, when no server was there', nextAt: next6 },
  ],
  [
    '2026-12-05T02:00Z',
    { unended: { id: 7, state: 'halted' } },
    { makes: false, text: 'no job was made: job 7 of the time before is halted', nextAt: next6 },
  ],
  // Of a week of nights, the last one.
  [
    '2026-12-12T01:00Z',
    {},
    {
      makes: true,
      text: 'it was due at Fri 2026-12-11 02:00 UTC, when no server was there',
      nextAt: at('2026-12-12T02:00Z'),
    },
  ],
  [
    '2026-12-06T02:00Z',
    { times: { cron: '0 2 5 * *', zone: 'UTC' } },
    {
      makes: false,
      text: 'no server was there at Sat 2026-12-05 02:00 UTC, and that is more than a day ago',
      nextAt: at('2027-01-05T02:00Z'),
    },
  ],
];

suite('what a schedule does when it is looked at', () => {
  for (const [now, more, turn] of cases) {
    test(`${now} ${JSON.stringify(more)}`, () => assert.deepEqual(decideTurn({ ...due, ...more }, at(now)), turn));
  }
});

test('however rarely a server looks, its next time is to come, and of each time there is one job at most', () => {
  const minutes = array(integer({ min: 1, max: 4000 }), { minLength: 1, maxLength: 30 });
  check(
    property(minutes, constantFrom('0 2 * * *', '30 2 * * sun', '*/45 * * * *'), (steps, cron) => {
      const times = { cron, zone: 'Europe/Berlin' };
      let nowMs = at('2026-10-23T12:00Z');
      let nextAt: number = at('2026-10-24T00:00Z');
      for (const step of steps) {
        nowMs += step * 60_000;
        const turn = decideTurn({ times, nextAt, unended: undefined }, nowMs);
        assert.equal(turn === undefined, nowMs < nextAt);
        if (turn === undefined) continue;
        assert.ok(turn.nextAt !== null && turn.nextAt > nowMs);
        nextAt = turn.nextAt;
      }
    }),
  );
});
