import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assert as check, nat, property } from 'fast-check';
import { peSigners } from './pe-signature.ts';
import { certificate, program } from './sample-pe.ts';

for (const { what, bytes, expected } of [
  { what: 'one signature', bytes: program(certificate(['CA', 'Signer'])), expected: ['CA', 'Signer'] },
  { what: 'of 32 bits', bytes: program(certificate(['CA']), 0x10b), expected: ['CA'] },
  {
    what: 'two signatures',
    bytes: program(Buffer.concat([certificate(['A', 'B']), certificate(['B', 'C'])])),
    expected: ['A', 'B', 'C'],
  },
  { what: 'none', bytes: program(Buffer.alloc(0)), expected: [] },
  { what: 'a certificate of another kind', bytes: program(certificate(['X'], 1)), expected: [] },
  { what: 'a table beyond the end', bytes: program(certificate(['CA'])).subarray(0, 520), expected: [] },
  { what: 'an unknown kind of header', bytes: program(certificate(['CA']), 0x107), expected: [] },
  { what: 'no program', bytes: Buffer.from('#!/bin/sh\n'), expected: [] },
  { what: 'nothing', bytes: Buffer.alloc(0), expected: [] },
]) {
  test(`signers: ${what}`, () => {
    assert.deepEqual(peSigners(bytes), expected);
  });
}

test('no bytes make it fail', () => {
  const whole = program(certificate(['CA', 'Signer']));
  check(
    property(nat(whole.length), nat(whole.length - 1), nat(255), (length, at, value) => {
      const bytes = Buffer.from(whole);
      bytes[at] = value;
      peSigners(bytes.subarray(0, length));
    }),
  );
});
