import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { parseTftp, printTftp, toNetascii } from './tftp.ts';
import type { TftpPacket } from './tftp.ts';

const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'latin1'));

test('a read request with options, names in any case', () => {
  assert.deepEqual(parseTftp(bytes('\0\x01undionly.kpxe\0OCTET\0BlkSize\x001468\0tsize\x000\0')), {
    kind: 'read',
    file: 'undionly.kpxe',
    mode: 'octet',
    options: new Map([
      ['blksize', '1468'],
      ['tsize', '0'],
    ]),
  });
});

const MALFORMED = [
  '',
  '\0',
  '\0\x01',
  '\0\x01a\0octet',
  '\0\x01\0octet\0',
  '\0\x01a\0octet\0blksize\0',
  '\0\x09abcd',
  '\0\x04\0',
];
for (const text of MALFORMED) {
  test(`malformed: ${JSON.stringify(text)}`, () => {
    assert.equal(parseTftp(bytes(text)), undefined);
  });
}

test('netascii', () => {
  assert.deepEqual(toNetascii(bytes('a\nb\rc')), bytes('a\r\nb\r\0c'));
});

const word = fc.stringMatching(/^[!-~]+$/);
const options = fc
  .dictionary(
    word.map((text) => text.toLowerCase()),
    fc.stringMatching(/^[ -~]*$/),
    { maxKeys: 5 },
  )
  .map((entries) => new Map(Object.entries(entries)));
const PLAIN = { noNullPrototype: true } as const;
const uint16 = fc.nat(65535);
const packet: fc.Arbitrary<TftpPacket> = fc.oneof(
  fc.record(
    {
      kind: fc.constantFrom('read' as const, 'write' as const),
      file: word,
      mode: fc.constantFrom('octet', 'netascii'),
      options,
    },
    PLAIN,
  ),
  fc.record({ kind: fc.constant('data' as const), block: uint16, bytes: fc.uint8Array({ maxLength: 1468 }) }, PLAIN),
  fc.record({ kind: fc.constant('ack' as const), block: uint16 }, PLAIN),
  fc.record({ kind: fc.constant('error' as const), code: uint16, message: fc.stringMatching(/^[ -~]*$/) }, PLAIN),
  fc.record({ kind: fc.constant('oack' as const), options: options.filter((map) => map.size > 0) }, PLAIN),
);

test('property: parse ∘ print is the identity', () => {
  fc.assert(
    fc.property(packet, (packet) => {
      assert.deepEqual(parseTftp(printTftp(packet)), packet);
    }),
  );
});

test('property: random bytes never throw', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => void parseTftp(bytes)));
  fc.assert(
    fc.property(
      fc.nat(8),
      fc.uint8Array({ maxLength: 600 }),
      (opcode, bytes) => void parseTftp(Uint8Array.of(0, opcode, ...bytes)),
    ),
  );
});
