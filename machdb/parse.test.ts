import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { FaultsError } from '../lib/errors.ts';
import { parseMachdb } from './parse.ts';
import { assignmentsOf, objectOf } from './resolve.ts';
import type { Machdb } from './types.ts';

function parse(text: string) {
  return parseMachdb([{ path: 'a.db', text }]);
}

function linesOf(db: Machdb, name: string) {
  return assignmentsOf(db, objectOf(db, name));
}

/** The faults of a text as `line:column: message (suggestion)`. */
function faultsOf(...texts: string[]): string[] {
  try {
    parseMachdb(texts.map((text, index) => ({ path: 'abc'[index] ?? '', text })));
  } catch (error) {
    assert.ok(error instanceof FaultsError);
    return error.faults.map(
      ({ where, line, column, message, suggestion }) =>
        `${where === 'a' ? '' : `${where}:`}${line}:${column}: ${message}${suggestion === undefined ? '' : ` (${suggestion})`}`,
    );
  }
  return [];
}

suite('values', () => {
  const table: [written: string, value: string][] = [
    ['A=x', 'x'],
    ['  A = x', 'x'],
    ['\tA\t=\tx\t', 'x'],
    ['A=', ''],
    ['A=a  b\tc', 'a  b\tc'],
    ['A=00:40:33:2d:08:3f', '00:40:33:2d:08:3f'],
    ['A=x=y', 'x=y'],
    ['A="x"', 'x'],
    ['A=" x  y "', ' x  y '],
    ['A=\'say "hi"\'', 'say "hi"'],
    ['A="it\'s"', "it's"],
    ['A=""', ''],
    ["A=O'Brien", "O'Brien"],
    ['A=a "b" c', 'a "b" c'],
    ['A=x # comment', 'x'],
    ['A=x\t#comment', 'x'],
    ['A=x#y', 'x#y'],
    ['A=#x', '#x'],
    ['A= #x', ''],
    ['A=##PRINTER##', '##PRINTER##'],
    ['A=x ##PRINTER##', 'x'],
    ['A="x ##PRINTER##" # comment', 'x ##PRINTER##'],
    ['A="x # y"', 'x # y'],
    [String.raw`A=C:\DOS`, String.raw`C:\DOS`],
    [String.raw`A="C:\"`, 'C:\\'],
    [String.raw`A=a\nb`, String.raw`a\nb`],
    ['A=a \\\n   b \\\n\tc', 'a b c'],
    ['A=a\\\nb', 'a b'],
    ['A=a \\  \n b', 'a b'],
    ['A=\\\n  a', 'a'],
    ['A="a \\\n  b"', 'a b'],
    ['A=\\\n  "a  b"', 'a  b'],
    ['A=a \\\n  # comment', 'a'],
    ['A=a \\', 'a'],
    ['A=a \\\n', 'a'],
    ['A=a\r', 'a'],
    ['A=a \\\r\n  b\r', 'a b'],
    ['A=grün €', 'grün €'],
    ['A=\u00a0x', '\u00a0x'],
  ];
  for (const [written, value] of table) {
    test(JSON.stringify(written), () => {
      assert.deepEqual(
        linesOf(parse(`x:\n${written}`), 'x').map((assignment) => assignment.value),
        [value],
      );
    });
  }
});

suite('objects', () => {
  test('everything has its file and line', () => {
    const db = parseMachdb([
      { path: 'a.db', text: '# first\n\nbase: # no parents\n    A=1\n' },
      { path: 'b.db', text: '\uFEFFm.x_1-y : base \\\n  other # two\r\nA+=2\r\nB-= \\\r\n 3\r\nother:' },
    ]);
    assert.deepEqual(
      [...db.objects.values()].map((object) => {
        const { name, parents, file, line } = object;
        return { name, parents, file, line, assignments: assignmentsOf(db, object) };
      }),
      [
        {
          name: 'base',
          parents: [],
          file: 'a.db',
          line: 3,
          assignments: [{ variable: 'A', operator: '=', value: '1', file: 'a.db', line: 4 }],
        },
        {
          name: 'm.x_1-y',
          parents: [
            { name: 'base', line: 1, column: 11 },
            { name: 'other', line: 2, column: 3 },
          ],
          file: 'b.db',
          line: 1,
          assignments: [
            { variable: 'A', operator: '+=', value: '2', file: 'b.db', line: 3 },
            { variable: 'B', operator: '-=', value: '3', file: 'b.db', line: 4 },
          ],
        },
        { name: 'other', parents: [], file: 'b.db', line: 6, assignments: [] },
      ],
    );
  });

  test('a comment line is not continued by a backslash', () => {
    assert.deepEqual(
      linesOf(parse('x:\n# C:\\\nA=1'), 'x').map(({ variable }) => variable),
      ['A'],
    );
  });

  test('an object may stand before or after its parents, also in another file', () => {
    assert.deepEqual(faultsOf('m: p', 'p: q', 'q:'), []);
  });
});

suite('faults', () => {
  const names = 'names are made of letters, digits and . _ -';
  const table: [what: string, text: string, faults: string[]][] = [
    ['no header yet', 'A=1', ['1:1: A is before the first header of this file (begin an object with `NAME: PARENT…`)']],
    ['neither', 'x:\nhello', ['2:1: neither a header `NAME: PARENT…` nor an assignment `VAR=value`']],
    [
      'not a variable',
      'x:\n  a-b=1\n1A=2',
      ["2:3: 'a-b'", "3:1: '1A'"].map(
        (place) =>
          `${place} is not a variable (variables are made of letters, digits and _, and do not begin with a digit)`,
      ),
    ],
    ['not an object', 'my host: x\nA=1', [`1:1: 'my host' is not the name of an object (${names})`]],
    [
      'indented header',
      'x:\n  y:\nA=1',
      ['2:1: the header of y is indented (begin it in column one, or quote the value it belongs to)'],
    ],
    [
      'parents',
      'x: a, b=c\na:',
      [
        `1:4: 'a,' is not the name of an object (separate parents with blanks; ${names})`,
        "1:7: 'b=c' is not the name of an object (write assignments on lines of their own)",
      ],
    ],
    ['quoted parent', 'x: "a"', [`1:4: '"a"' is not the name of an object (separate parents with blanks; ${names})`]],
    [
      'open quote',
      'x:\nA="a\n',
      ['2:3: no closing " on this line (a backslash at the end of the line continues the value on the next line)'],
    ],
    [
      'after the quote',
      'x:\nA="a"b',
      [
        `2:6: text after the closing quote (nothing is escaped between quotes: put "…" around a value with ' and '…' around one with ")`,
      ],
    ],
    [
      'continued comment',
      'x:\nA=a # b \\\nB=c',
      ['2:5: the backslash after this comment would make line 3 a comment too (remove the backslash or the comment)'],
    ],
    [
      'continued comment after quotes',
      'x:\nA="a" # b \\\nB=c',
      ['2:7: the backslash after this comment would make line 3 a comment too (remove the backslash or the comment)'],
    ],
    ['HOSTNAME', 'x:\nHOSTNAME=y', ['2:1: HOSTNAME is always the name of the object (choose another variable)']],
    ['__proto__', 'x:\n__proto__=y', ['2:1: __proto__ is reserved (choose another variable)']],
    ['NUL', 'x:\nA=a\0b', ['2:4: character U+0000 is not allowed in a text file']],
    ['a lone carriage return', 'x:\rA=1', ['1:3: character U+000D is not allowed in a text file']],
    ['half a surrogate pair', 'x:\nA=\ud800', ['2:3: character U+D800 is not allowed in a text file']],
    [
      'unknown parent',
      'standard-client:\nm: standrad-client',
      ['2:4: m inherits from standrad-client, which is not defined (did you mean standard-client?)'],
    ],
    ['unknown, nothing near', 'm: \\\n  elsewhere', ['2:3: m inherits from elsewhere, which is not defined']],
    ['duplicate', 'x:\nx:', ['2:1: x is already defined in a:1']],
    ['own parent', 'x: x', ['1:4: x inherits from itself: x → x']],
    ['cycle', 'm: a\na: b\nb: c\nc: a', ['4:4: a inherits from itself: a → b → c → a']],
    [
      'two cycles',
      'a: b c\nb: a\nc: a',
      ['2:4: a inherits from itself: a → b → a', '3:4: a inherits from itself: a → c → a'],
    ],
  ];
  for (const [what, text, faults] of table) test(what, () => assert.deepEqual(faultsOf(text), faults));

  test('all at once, with the file of each', () => {
    assert.deepEqual(
      faultsOf('x: y\nhello\n', 'x:\nA="', 'A').map((fault) => fault.replace(/ .*/, '')),
      ['1:4:', '2:1:', 'b:1:1:', 'b:2:3:', 'c:1:1:'],
    );
  });

  test('the message shows the line and points at the place', () => {
    assert.throws(() => parse('x:\n  A="y\n'), {
      message: [
        'reading the machine database: 1 fault',
        'a.db:2:5: error: no closing " on this line',
        '      A="y',
        '        ^',
        '    a backslash at the end of the line continues the value on the next line',
      ].join('\n'),
      exitCode: 2,
    });
  });

  test('what is shown holds no control characters', () => {
    assert.throws(
      () => parse('x:\n\u001b[2J'),
      (error) => error instanceof FaultsError && !error.message.includes('\u001b'),
    );
  });

  test('of a flood the first 500 are shown', () => {
    assert.throws(() => parse('x\n'.repeat(600)), /100 more are not shown\): 500 faults/);
  });
});
