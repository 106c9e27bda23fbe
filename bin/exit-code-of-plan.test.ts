import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exitCodeOfPlan } from './exit-code-of-plan.ts';

test('an obstacle never ends with 0, and a loss counts first', () => {
  const cases: [obstacles: string[], losesData: boolean, exitCode: number][] = [
    [[], false, 0],
    [[], true, 3],
    [['in use'], false, 2],
    [['in use'], true, 3],
  ];
  for (const [obstacles, losesData, exitCode] of cases) {
    assert.equal(exitCodeOfPlan({ obstacles, losesData }), exitCode);
  }
});
