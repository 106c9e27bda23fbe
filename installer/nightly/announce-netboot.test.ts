import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isArmedNow } from './announce-netboot.ts';

for (const [name, description, expected] of [
  ['the server says that it is armed', { lookup: { armed: true } }, true],
  ['the server says nothing of it', { lookup: {} }, false],
  ['it was armed before the server went away', { lookup: { armed: true }, away: 'no answer' }, false],
] as const) {
  test(`${name}: ${expected ? 'starts from the network next' : 'starts from its disk'}`, () =>
    assert.equal(isArmedNow(description), expected));
}
