import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { harmlessJson, harmlessLine, harmlessLines } from './harmless-text.ts';

const cases: readonly [text: string, line: string, lines: string][] = [
  ['plain äß 中', 'plain äß 中', 'plain äß 中'],
  ['a\tb', 'a\tb', 'a\tb'],
  ['two\nlines', String.raw`two\u{a}lines`, 'two\nlines'],
  ['back\rhere', String.raw`back\u{d}here`, String.raw`back\u{d}here`],
  ['\u001b[31mred\u009b0m', String.raw`\u{1b}[31mred\u{9b}0m`, String.raw`\u{1b}[31mred\u{9b}0m`],
  ['gpj.\u202Eexe', String.raw`gpj.\u{202e}exe`, String.raw`gpj.\u{202e}exe`],
  ['zero\u200Bwidth\u2028', String.raw`zero\u{200b}width\u{2028}`, String.raw`zero\u{200b}width\u{2028}`],
];

for (const [text, line, lines] of cases) {
  test(`${JSON.stringify(line)} is harmless`, () => {
    assert.equal(harmlessLine(text), line);
    assert.equal(harmlessLines(text), lines);
  });
}

test('harmless JSON says the same, in characters that can be seen', () => {
  fc.assert(
    fc.property(fc.json(), fc.string({ unit: 'binary' }), (json, text) => {
      const value = { json, text };
      const harmless = harmlessJson(JSON.stringify(value, null, 2));
      assert.deepEqual(JSON.parse(harmless), value);
      assert.doesNotMatch(harmless, /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    }),
  );
});
