import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import * as fc from 'fast-check';
import { changedLines } from './changed-lines.ts';

suite('the lines that differ', () => {
  const table: [before: string, after: string, lines: [string, string]][] = [
    ['a\nb\nc\n', 'a\nx\nc\n', ['b\n', 'x\n']],
    ['a\nb\n', 'a\nb\nc\n', ['', 'c\n']],
    ['a\na\n', 'a\na\na\n', ['', 'a\n']],
    ['a', 'a\n', ['a', 'a\n']],
    ['', 'a\n', ['', 'a\n']],
    ['a\n', 'a\n', ['', '']],
  ];
  for (const [before, after, lines] of table) {
    test(JSON.stringify([before, after]), () => assert.deepEqual(changedLines(before, after), lines));
  }

  test('stand between equal ones', () => {
    const text = fc.array(fc.constantFrom('a\n', 'b\n', 'c\n'), { maxLength: 8 }).map((lines) => lines.join(''));
    fc.assert(
      fc.property(text, text, (before, after) => {
        const [old, current] = changedLines(before, after);
        const rest = (whole: string, part: string) => whole.length - part.length;
        assert.equal(rest(before, old), rest(after, current));
        assert.equal(old === current, before === after);
      }),
    );
  });
});
