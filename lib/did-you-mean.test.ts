import assert from 'node:assert/strict';
import { test } from 'node:test';
import { didYouMean } from './did-you-mean.ts';

const names = ['ZONE', 'MAC', 'OS', 'IP', 'ALIASES', 'lab01', 'lab02', 'standard-client', 'x', 'NAMESERVER'];
const table: [wrong: string, nearest: string | undefined][] = [
  ['standrad-client', 'standard-client'],
  ['standardclient', 'standard-client'],
  ['Standard-Client', 'standard-client'],
  ['standard-clients', 'standard-client'],
  ['lab1', 'lab01'],
  ['lab03', 'lab01'],
  ['ALIAS', 'ALIASES'],
  ['mac', 'MAC'],
  ['MCA', 'MAC'],
  ['ip', 'IP'],
  ['IPS', 'IP'],
  ['NOTE', undefined],
  ['RACK', undefined],
  ['HOST', undefined],
  ['OK', undefined],
  ['Y', undefined],
  ['elsewhere', undefined],
  ['', undefined],
  ['a'.repeat(100), undefined],
];
for (const [wrong, nearest] of table) {
  test(`${wrong} → ${nearest}`, () => {
    assert.equal(didYouMean(wrong, names), nearest === undefined ? undefined : `did you mean ${nearest}?`);
  });
}
