import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import * as fc from 'fast-check';
import { formatRecord } from './format.ts';

const record = { IP: '10.77.0.101', A: 'it\'s "5 $" \\ `x`', EMPTY: '', CONTROL: 'a\tb\u001b[2J\n' };

suite('formatRecord', () => {
  test('paper', () => {
    assert.equal(
      formatRecord('lab01', record, 'paper'),
      [
        'lab01.IP="10.77.0.101"',
        String.raw`lab01.A="it's \"5 $\" \\ ` + '`x`"',
        'lab01.EMPTY=""',
        String.raw`lab01.CONTROL="a\x09b\x1b[2J\x0a"`,
        '',
      ].join('\n'),
    );
  });

  test('json', () => {
    assert.deepEqual(JSON.parse(formatRecord('lab01', record, 'json')), record);
  });

  test('shell', () => {
    assert.equal(
      formatRecord('lab01', { IP: '1', A: "it's", EMPTY: '' }, 'shell'),
      String.raw`IP='1'
A='it'\''s'
EMPTY=''
`,
    );
  });

  test('defines', () => {
    assert.equal(
      formatRecord('lab01', { IP: '1', A: '"$x" `y` \\', EMPTY: '' }, 'defines'),
      '-DIP="1" -DA="\\"\\$x\\" \\`y\\` \\\\" -DEMPTY=""\n',
    );
  });

  test('in the form of the paper, every value stays on its line and between its quotes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) => {
        assert.match(formatRecord('m', { A: value }, 'paper'), /^m\.A="(?:[^"\\\p{Cc}]|\\["\\]|\\x[0-9a-f]{2})*"\n$/u);
      }),
    );
  });
});
