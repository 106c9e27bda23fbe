import assert from 'node:assert/strict';
import { test } from 'node:test';
import { array, assert as assertProperty, constantFrom, property } from 'fast-check';
import { fitsPattern, likeOfPattern, parsePattern } from './match-pattern.ts';

const text = array(constantFrom('a', 'B', '*', '?', '.', '%'), { maxLength: 8 }).map((letters) => letters.join(''));
const name = array(constantFrom('a', 'b', 'B', '.', '%'), { maxLength: 8 }).map((letters) => letters.join(''));

test('a pattern fits as a regular expression does', () => {
  assertProperty(
    property(text, name, (pattern, name) => {
      const parsed = parsePattern(pattern);
      const source = pattern
        .replaceAll('.', String.raw`\.`)
        .replaceAll('*', '.*')
        .replaceAll('?', '.');
      const flags = parsed.isName ? '' : 'i';
      assert.equal(fitsPattern(parsed, name), new RegExp(`^${source}$`, flags).test(name));
    }),
    { numRuns: 2000 },
  );
});

test('a pattern that would keep a regular expression busy for ever is soon decided', () => {
  const pattern = parsePattern('*a'.repeat(100));
  const started = performance.now();
  assert.equal(fitsPattern(pattern, `${'a'.repeat(255)}b`), false);
  assert.ok(performance.now() - started < 1000);
});

test('for SQL, what is special there is escaped', () => {
  assert.equal(likeOfPattern(String.raw`Lib%_\*Ü?`), String.raw`lib\%\_\\%__`);
});
