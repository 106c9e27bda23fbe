import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { assert as check, constantFrom, double, integer, property, record } from 'fast-check';
import { NO_WINDOW, nextOpening, nextOpenings, waitsForOrders, waitsForWindow } from './next-window.ts';
import type { StoredOpening } from './next-window.ts';

const at = (text: string): number => Date.parse(text);
const night = { cron: '0 2 * * *', zone: 'Europe/Berlin', durationSeconds: 2 * 3600 };

const cases: readonly (readonly [why: string, now: string, from: string, to: string])[] = [
  ['before it opens', '2026-12-05T00:59Z', '2026-12-05T01:00Z', '2026-12-05T03:00Z'],
  ['as it opens', '2026-12-05T01:00Z', '2026-12-05T01:00Z', '2026-12-05T03:00Z'],
  ['while it is open', '2026-12-05T02:59Z', '2026-12-05T01:00Z', '2026-12-05T03:00Z'],
  ['when it is over', '2026-12-05T03:00Z', '2026-12-06T01:00Z', '2026-12-06T03:00Z'],
  ['its beginning is left out', '2026-03-29T00:00Z', '2026-03-29T01:00Z', '2026-03-29T03:00Z'],
  [
    'clocks are put back within it: two hours are two hours',
    '2026-10-25T01:30Z',
    '2026-10-25T00:00Z',
    '2026-10-25T02:00Z',
  ],
  ['it does not open again an hour later', '2026-10-25T02:00Z', '2026-10-26T01:00Z', '2026-10-26T03:00Z'],
];

suite('a window from two to four', () => {
  for (const [why, now, from, to] of cases) {
    test(why, () => assert.deepEqual(nextOpening(night, at(now)), { fromMs: at(from), toMs: at(to) }));
  }
});

test('openings follow each other, and the first may be open', () => {
  const found = nextOpenings(night, at('2026-12-05T02:00Z'), 3).map(({ fromMs }) => new Date(fromMs).getUTCDate());
  assert.deepEqual(found, [5, 6, 7]);
});

test('an opening is never over, is as long as was said, and has not been passed over', () => {
  const windows = record({
    cron: constantFrom('0 2 * * *', '30 2 * * *', '*/30 * * * *', '0 22 * * sat', '0 1 1 * *'),
    zone: constantFrom('Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'UTC'),
    durationSeconds: integer({ min: 60, max: 86_400 }),
  });
  const nows = integer({ min: at('2026-01-01'), max: at('2028-01-01') });
  const shares = double({ min: 0, max: 1, noNaN: true });
  check(
    property(windows, nows, shares, (window, nowMs, share) => {
      const opening = nextOpening(window, nowMs);
      assert.ok(opening !== undefined && opening.toMs > nowMs);
      assert.equal(opening.toMs - opening.fromMs, window.durationSeconds * 1000);
      // Until it is over, it is the one; so nothing that opens is passed over, and nobody is told another time.
      const laterMs = nowMs + Math.floor(share * (opening.toMs - 1 - nowMs));
      assert.deepEqual(nextOpening(window, laterMs), opening);
    }),
  );
});

const stored: StoredOpening = {
  windowFrom: at('2026-12-05T01:00Z'),
  ordersFrom: at('2026-12-05T00:30Z'),
  windowTo: at('2026-12-05T03:00Z'),
  windowZone: 'Europe/Berlin',
};
const opens = 'its window, which opens Sat 2026-12-05 02:00 Europe/Berlin (UTC+01:00)';
const never = 'its window, which never opens again';
const waits: readonly (readonly [
  StoredOpening,
  now: string,
  orders: string | undefined,
  changes: string | undefined,
])[] = [
  [NO_WINDOW, '2026-12-05T00:00Z', undefined, undefined],
  [{ ...NO_WINDOW, windowZone: 'UTC' }, '2026-12-05T00:00Z', never, never],
  [stored, '2026-12-05T00:29Z', opens, opens],
  [stored, '2026-12-05T00:30Z', undefined, opens],
  [stored, '2026-12-05T01:00Z', undefined, undefined],
  [stored, '2026-12-05T02:59Z', undefined, undefined],
  [stored, '2026-12-05T03:00Z', 'its window', 'its window'],
];

suite('what is waited for', () => {
  for (const [opening, now, orders, changes] of waits) {
    test(`${orders ?? 'nothing'} at ${now}`, () => {
      assert.equal(waitsForOrders(opening, at(now)), orders);
      assert.equal(waitsForWindow(opening, at(now)), changes);
    });
  }
});
