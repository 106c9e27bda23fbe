import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readMachdbInSteps } from './parse.ts';

test('a server can answer while 50 suggestions are sought among 10,000 names', () => {
  const machines = Array.from({ length: 10_000 }, (_, index) => `machine-${index}: machines-${index % 50}\n`);
  const steps = [...readMachdbInSteps([{ path: 'a.db', text: machines.join('') }])];
  assert.ok(steps.length > 50 * 10, `${steps.length} steps`);
});
