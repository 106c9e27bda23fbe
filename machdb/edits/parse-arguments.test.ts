import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { UserError } from '../../lib/errors.ts';
import { parseSettings } from './parse-arguments.ts';

suite('arguments', () => {
  const table: [texts: string[], problem: RegExp][] = [
    [['A'], /'A' is not an assignment: write VAR=VALUE/],
    [['1A=x', 'A-B=x'], /'1A' is not a variable.*\n'A-B' is not a variable/],
    [['=x'], /'' is not a variable/],
    [['A=1', 'A=2'], /A is given twice/],
    [['A+= '], /A\+= names no words/],
    [['HOSTNAME=x'], /machdb rename OLD NEW/],
    [['__proto__=x'], /'__proto__' is not a variable/],
    [['A=x\ny'], /it has a line break, and a value is one line/],
    [['A=-----BEGIN PRIVATE KEY-----\ny'], /^A cannot have the value \(hidden\): it has a line break/],
    [['A=x\u0007'], /it contains the character U\+0007/],
    [[`A="it's"`], /it contains both kinds of quotes, and begins with a quote/],
    [[`A=it's "x" `], /both kinds of quotes, and has a blank at an end/],
    [[`A=it's "x" #`], /both kinds of quotes, and contains a # after a blank/],
    [[`A=it's "x"\\`], /both kinds of quotes, and ends with a backslash/],
  ];
  for (const [texts, problem] of table) {
    test(JSON.stringify(texts), () => {
      assert.throws(
        () => parseSettings(texts),
        (error) => error instanceof UserError && error.exitCode === 2 && problem.test(error.message),
      );
    });
  }

  test('words of one operator are put together, unless another one stands between', () => {
    assert.deepEqual(parseSettings(['A+=x', 'B=a=b+=c', 'A+=y', 'A-=z', 'A+=z']), [
      { variable: 'A', operator: '+=', value: 'x y' },
      { variable: 'B', operator: '=', value: 'a=b+=c' },
      { variable: 'A', operator: '-=', value: 'z' },
      { variable: 'A', operator: '+=', value: 'z' },
    ]);
  });
});
