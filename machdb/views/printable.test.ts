import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alignColumns, countOf, printLines, quote, shorten } from './printable.ts';

test('what is printed cannot steer the terminal, forge a line or change the direction of the text', () => {
  const hostile = ['a\x1b[31m\x07', 'b\nc\r', 'tab\tgrün €', '\u009b31m', '\u202Egnp.exe\u2066', '\u2028\u2029\u200b'];
  assert.equal(
    printLines(hostile),
    'a\\u{1b}[31m\\u{7}\nb\\u{a}c\\u{d}\ntab\tgrün €\n\\u{9b}31m\n\\u{202e}gnp.exe\\u{2066}\n\\u{2028}\\u{2029}\\u{200b}\n',
  );
  assert.equal(printLines([]), '');
});

test('the small forms', () => {
  assert.equal(quote('say "hi" \\'), '"say \\"hi\\" \\\\"');
  assert.deepEqual([shorten('abc', 3), shorten('abcd', 3)], ['abc', 'ab…']);
  assert.deepEqual([countOf(1, 'machine'), countOf(109_412, 'machine')], ['1 machine', '109,412 machines']);
  assert.deepEqual(alignColumns([['a', 'b', 'c'], ['long', ''], ['x']]), ['a     b  c', 'long', 'x']);
});
