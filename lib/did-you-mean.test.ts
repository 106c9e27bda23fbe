import assert from 'node:assert/strict';
import { test } from 'node:test';
import { didYouMean } from './did-you-mean.ts';
import { readMachdbInSteps } from '../machdb/parse.ts';

const names = ['lab01', 'lab02', 'standard-client', 'x', 'NAMESERVER'];
const table: [wrong: string, nearest: string | undefined][] = [
  ['standrad-client', 'standard-client'],
  ['standardclient', 'standard-client'],
  ['Standard-Client', 'standard-client'],
  ['standard-clients', 'standard-client'],
  ['lab1', 'lab01'],
  ['lab03', 'lab01'],
  ['elsewhere', undefined],
  ['', undefined],
  ['a'.repeat(100), undefined],
];
for (const [wrong, nearest] of table) {
  test(`${wrong} → ${nearest}`, () => {
    assert.equal(didYouMean(wrong, names), nearest === undefined ? undefined : `did you mean ${nearest}?`);
  });
}

test('a server can answer while 50 suggestions are sought among 10,000 names', () => {
  const machines = Array.from({ length: 10_000 }, (_, index) => `machine-${index}: machines-${index % 50}\n`);
  const steps = [...readMachdbInSteps([{ path: 'a.db', text: machines.join('') }])];
  assert.ok(steps.length > 50 * 10, `${steps.length} steps`);
});
