import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatFault } from './errors.ts';

test('a fault shows its line with a caret, a tab keeping its width', () => {
  const fault = {
    severity: 'error',
    where: 'a.db',
    line: 3,
    column: 4,
    message: 'no such parent',
    text: 'a:\tbx',
  } as const;
  assert.equal(formatFault(fault), 'a.db:3:4: error: no such parent\n    a:\tbx\n      \t^');
});

test('a line cannot steer the terminal', () => {
  const text = 'a\x1b[2J\x07b\x9bc';
  const shown = formatFault({ severity: 'error', where: 'f', message: 'm', text });
  assert.equal(shown.split('\n')[1], '    a?[2J?b?c');
});

test('of a very long line, the part around the column is shown, with the caret below it', () => {
  const text = `${'x'.repeat(5000)}HERE${'y'.repeat(5000)}`;
  const [, line = '', caret = ''] = formatFault({
    severity: 'error',
    where: 'a',
    message: 'm',
    text,
    column: 5001,
  }).split('\n');
  assert.ok(line.length < 420);
  assert.equal(line.slice(caret.indexOf('^')).slice(0, 4), 'HERE');
});
