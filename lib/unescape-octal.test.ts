import assert from 'node:assert/strict';
import { test } from 'node:test';
import { unescapeOctal } from './unescape-octal.ts';

for (const [text, plain] of [
  ['/plain', '/plain'],
  [String.raw`/a\040blank`, '/a blank'],
  [String.raw`/back\134slash\134`, '/back\\slash\\'],
  [String.raw`/Gr\303\274\303\237e ü`, '/Grüße ü'],
  [String.raw`/\9 \04`, String.raw`/\9 \04`],
] as const) {
  test(`unescapeOctal: ${text}`, () => {
    assert.equal(unescapeOctal(text), plain);
  });
}
