import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assert as check, nat, property } from 'fast-check';
import { peSigners } from './pe-signature.ts';

const commonName = (name: string) =>
  Buffer.concat([Buffer.from([0x06, 0x03, 0x55, 0x04, 0x03, 0x0c, name.length]), Buffer.from(name)]);

function certificate(names: readonly string[], type = 2): Buffer {
  const der = Buffer.concat(names.map(commonName));
  const head = Buffer.alloc(8);
  head.writeUInt32LE(8 + der.length);
  head.writeUInt16LE(0x200, 4);
  head.writeUInt16LE(type, 6);
  return Buffer.concat([head, der, Buffer.alloc((8 - (der.length % 8)) % 8)]);
}

/** A program of 64 bits without sections, and these bytes at its end as its certificate table. */
function program(table: Buffer, magic = 0x20b): Buffer {
  const image = Buffer.alloc(512);
  image.write('MZ');
  image.writeUInt32LE(0x80, 0x3c);
  image.write('PE\0\0', 0x80, 'latin1');
  image.writeUInt16LE(magic, 0x98);
  const directory = 0x98 + (magic === 0x20b ? 112 : 96) + 4 * 8;
  image.writeUInt32LE(table.length === 0 ? 0 : image.length, directory);
  image.writeUInt32LE(table.length, directory + 4);
  return Buffer.concat([image, table]);
}

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
