import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { cutText } from './cut-text.ts';

const CASES: readonly [string, number, string][] = [
  ['short', 10, 'short'],
  ['a\u001b[31m\nb\u009f\u0085c', 20, 'a [31m b  c'],
  ['0123456789', 10, '0123456789'],
  ['0123456789a', 10, '0123456…'],
  ['éééééé', 10, 'ééé…'],
  ['\ud800x', 10, '\ufffdx'],
];
for (const [text, bytes, want] of CASES) {
  test(`${JSON.stringify(text)} in ${bytes} bytes`, () => {
    assert.equal(cutText(text, bytes), want);
  });
}

test('never longer, never with control characters, always well formed', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), fc.integer({ min: 3, max: 250 }), (text, bytes) => {
      const cut = cutText(text, bytes);
      assert(Buffer.byteLength(cut) <= bytes && cut.isWellFormed() && !/\p{Cc}/u.test(cut));
    }),
  );
});
