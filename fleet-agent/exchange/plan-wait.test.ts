import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { planWait } from './plan-wait.ts';

test('waits grow from 5 to 120 minutes, and chance makes them shorter by half at most', () => {
  const whole = [1, 2, 3, 4, 5, 6, 1000].map((failures) => planWait({ kind: 'failed', failures }, 0) / 60);
  assert.deepEqual(whole, [5, 10, 20, 40, 80, 120, 120]);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e6 }), fc.double({ min: 0, max: 1, noNaN: true }), (failures, chance) => {
      const seconds = planWait({ kind: 'failed', failures }, chance);
      assert.ok(seconds >= 150 && seconds <= 7200);
    }),
  );
  assert.equal(planWait({ kind: 'told', seconds: 17 }, 0.5), 17);
});
