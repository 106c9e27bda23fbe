import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { assert as assertProperty, boolean, integer, nat, property, uint8Array } from 'fast-check';
import { planNext, planRetry } from './plan-next.ts';

const idOf = (number: number): string =>
  createHash('sha256').update(String(number)).digest().subarray(0, 16).toString('base64url');

const HALF_AN_HOUR = 1800;
const plain = { intervalSeconds: HALF_AN_HOUR, busyness: 0, hasTasks: false };

test('a host that keeps to its time comes every half an hour, at its own place', () => {
  let nowMs = 1_800_000_000_000;
  const hostId = idOf(1);
  nowMs += 1000 * planNext({ hostId, nowMs, ...plain });
  for (let time = 0; time < 10; time += 1) assert.equal(planNext({ hostId, nowMs, ...plain }), HALF_AN_HOUR);
});

test('a little early or late changes nothing: nobody comes twice, or drifts', () => {
  const hostId = idOf(2);
  const start = 1_800_000_000_000;
  const place = start + 1000 * planNext({ hostId, nowMs: start, ...plain });
  for (const offsetSeconds of [-120, -1, 1, 120]) {
    const nowMs = place + offsetSeconds * 1000;
    assert.equal(planNext({ hostId, nowMs, ...plain }), HALF_AN_HOUR - offsetSeconds);
  }
});

test('hosts that all come at once are spread over the half hour by their next answer', () => {
  const nowMs = 1_800_000_000_000;
  const minutes = Array.from({ length: 30 }, () => 0);
  for (let number = 0; number < 30_000; number += 1) {
    const at = nowMs / 1000 + planNext({ hostId: idOf(number), nowMs, ...plain });
    const minute = Math.floor(at / 60) % 30;
    minutes[minute] = (minutes[minute] ?? 0) + 1;
  }
  assert.ok(Math.max(...minutes) < 1200 && Math.min(...minutes) > 800, minutes.join(' '));
});

test('whatever happens, the wait is one that the answer can have, and no busy host comes sooner', () => {
  const ids = uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => Buffer.from(bytes).toString('base64url'));
  const times = integer({ min: 0, max: 4_000_000_000_000 });
  assertProperty(
    property(
      ids,
      times,
      nat({ max: 100_000 }),
      nat({ max: 3 }),
      boolean(),
      (hostId, nowMs, seconds, busyness, hasTasks) => {
        const intervalSeconds = seconds + 1;
        const next = planNext({ hostId, nowMs, intervalSeconds, busyness, hasTasks });
        assert.ok(Number.isInteger(next) && next >= 1 && next <= 86_400, String(next));
        if (!hasTasks) assert.ok(next >= Math.min(intervalSeconds * 2 ** busyness, 57_600) / 2 - 1);
        const retry = planRetry(hostId);
        assert.ok(retry >= 60 && retry < 300);
      },
    ),
  );
});

test('while a task is open a host comes each minute', () => {
  assert.equal(planNext({ hostId: idOf(3), nowMs: 0, ...plain, hasTasks: true }), 60);
  assert.equal(planNext({ hostId: idOf(3), nowMs: 0, ...plain, hasTasks: true, busyness: 2 }), 240);
});
