import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTally } from './tally.ts';

const rest = { connections: 1, sentBytes: 2, receivedBytes: 3, waiting: 0 };

test('counts, rates and times', () => {
  const clock = { ms: 0 };
  const tally = createTally(() => clock.ms);
  for (let ms = 1; ms <= 100; ms += 1) tally.checkIn(ms);
  tally.document('facts');
  tally.document('facts');
  tally.error('busy');
  clock.ms = 2000;
  const { checkInMs, checkIns, perSecond, documents, errors } = tally.end(rest);
  assert.deepEqual([checkIns, perSecond, documents], [100, 50, { facts: 2 }]);
  assert.deepEqual(errors, [{ what: 'busy', count: 1 }]);
  assert.ok(Math.abs(checkInMs.p50 - 50) <= 1 && Math.abs(checkInMs.p99 - 99) <= 1, JSON.stringify(checkInMs));
});

test('nothing counted is no figure that is not a number', () => {
  const { checkInMs } = createTally(() => 0).end(rest);
  assert.deepEqual(checkInMs, { p50: 0, p90: 0, p99: 0, most: 0 });
});

test('a server with a new error each time does not fill the memory', () => {
  const tally = createTally(() => 0);
  for (let number = 0; number < 1000; number += 1) tally.error(`error ${number}`);
  const { errors } = tally.end(rest);
  assert.equal(errors.length, 31);
  assert.deepEqual(errors[0], { what: 'other errors', count: 970 });
});
