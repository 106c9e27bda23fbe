import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InvalidArgumentError } from 'commander';
import { parseCount } from './parse-count.ts';

test('a whole number from 1 is read, and anything else is refused before the server is asked', () => {
  assert.equal(parseCount('2400'), 2400);
  for (const text of ['', '0', '-1', 'x', '1.5', '1e3', ' 7', '9999999999']) {
    assert.throws(() => parseCount(text), InvalidArgumentError, text);
  }
});
