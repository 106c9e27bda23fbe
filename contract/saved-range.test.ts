import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { packRange, unpackRange } from './saved-range.ts';

test('what is packed comes back, and a MiB of zeros is next to nothing', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 5000 }), (bytes) => {
      const range = packRange({ what: 'table', offsetBytes: 512 }, bytes);
      assert.deepEqual(unpackRange(range), bytes);
      assert.equal(range.sizeBytes, bytes.length);
    }),
  );
  assert.ok(packRange({ what: 'table', offsetBytes: 0 }, new Uint8Array(1024 ** 2)).bytes.length < 200);
});

test('damage is refused: flipped, cut off, more or fewer bytes than it says', () => {
  const range = packRange({ what: 'signature', type: 'ext4', offsetBytes: 1080 }, new Uint8Array([0x53, 0xef, 1, 2]));
  const flipped = Buffer.from(range.bytes, 'base64');
  flipped[flipped.length - 6]! ^= 1;
  const damaged = [
    { ...range, bytes: flipped.toString('base64') },
    { ...range, bytes: range.bytes.slice(0, 8) },
    { ...range, bytes: '' },
    { ...range, sizeBytes: 3 },
    { ...range, sizeBytes: 5 },
  ];
  for (const one of damaged) assert.throws(() => unpackRange(one), /the saved bytes at 1080 are/);
});
