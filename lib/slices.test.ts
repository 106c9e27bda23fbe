import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runAtOnce, runInSlices } from './slices.ts';
import type { Steps } from './slices.ts';

function* count(to: number, steps: number[]): Steps<string> {
  for (let step = 0; step < to; step += 1) {
    steps.push(step);
    yield;
  }
  return 'done';
}

test('at once: all steps, and nothing in between', () => {
  const steps: number[] = [];
  assert.equal(runAtOnce(count(3, steps)), 'done');
  assert.deepEqual(steps, [0, 1, 2]);
});

test('in slices of no length: others have their turn after every step', async () => {
  const steps: number[] = [];
  const seen: number[] = [];
  const look = (): void => {
    seen.push(steps.length);
    if (steps.length < 5) setImmediate(look);
  };
  setImmediate(look);
  assert.equal(await runInSlices(count(5, steps), 0), 'done');
  assert.deepEqual(seen, [1, 2, 3, 4, 5]);
});

test('in one long slice: nobody has', async () => {
  const steps: number[] = [];
  const seen: number[] = [];
  setImmediate(() => void seen.push(steps.length));
  await runInSlices(count(5, steps), 60_000);
  assert.deepEqual([steps.length, seen], [5, []]);
});

test('what a step throws is thrown', async () => {
  const steps = function* (): Steps<void> {
    yield;
    throw new RangeError('no');
  };
  await assert.rejects(runInSlices(steps(), 0), RangeError);
  assert.throws(() => runAtOnce(steps()), RangeError);
});
