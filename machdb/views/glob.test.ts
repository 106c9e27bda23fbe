import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { compileGlob } from './glob.ts';

const table: [pattern: string, fits: string[], not: string[]][] = [
  ['tex', ['tex'], ['Tex', 'tex ', 'te', '']],
  ['', [''], [' ', 'a']],
  ['*', ['', 'a', 'a b', '\u{1F600}'], []],
  ['te*', ['te', 'tex', 'te te'], ['ate', 't']],
  ['*.example', ['.example', 'a.example', '.example.example'], ['aexample', 'a.example.']],
  ['a*b*c', ['abc', 'aXbXc', 'abbcbc'], ['acb', 'ab', 'abcd']],
  ['n?', ['n1', 'n\u{1F600}'], ['n', 'n12']],
  ['?*', ['a', 'ab'], ['']],
  ['\\*\\?', ['*?'], ['ab', '\\*\\?']],
  ['\\\\*', ['\\', '\\a'], ['a']],
  ['\\d[a-z].+^$()|', ['\\d[a-z].+^$()|'], ['1a']],
];
for (const [pattern, fits, not] of table) {
  test(`'${pattern}'`, () => {
    const glob = compileGlob(pattern);
    assert.deepEqual(fits.filter(glob), fits);
    assert.deepEqual(not.filter(glob), []);
  });
}

test('any pattern means what the regular expression of it means', () => {
  const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 8 });
  const text = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 12 });
  fc.assert(
    fc.property(pattern, text, (glob, value) => {
      const expression = new RegExp(`^${glob.replaceAll('?', '.').replaceAll('*', '.*')}$`);
      assert.equal(compileGlob(glob)(value), expression.test(value));
    }),
    { numRuns: 2000 },
  );
});

test('a pattern of many stars takes no longer than its length times the text', { timeout: 5000 }, () => {
  assert.equal(compileGlob('*a'.repeat(30) + 'b')('a'.repeat(20_000)), false);
});
