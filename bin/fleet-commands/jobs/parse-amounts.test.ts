import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parsePercent, parseRings, parseSeconds, secondsText } from './parse-amounts.ts';

test('a time is a number and its unit', () => {
  const cases = [
    ['90s', 90],
    ['15min', 900],
    ['15m', 900],
    ['1h', 3600],
    ['7d', 604_800],
    ['2w', 1_209_600],
  ] as const;
  for (const [text, seconds] of cases) assert.equal(parseSeconds(text), seconds, text);
  for (const text of ['', '1', 'h', '1.5h', '-1h', '1 h', '9999999s']) {
    assert.throws(() => parseSeconds(text), /a time such as/, text);
  }
  assert.deepEqual([90, 5400, 7200, 604_800, 0].map(secondsText), ['90 s', '90 min', '2 h', '7 d', '0 s']);
});

test('shares are percent, and become the fractions that they look like', () => {
  const cases = [
    ['7', 0.07],
    ['95%', 0.95],
    ['0.01 %', 0.0001],
    ['100', 1],
    ['0', 0],
  ] as const;
  for (const [text, share] of cases) assert.equal(parsePercent(text), share, text);
  for (const text of ['', '101', '-1', 'all', '1.005', '1e1']) {
    assert.throws(() => parsePercent(text), /percent from 0 to 100/, text);
  }
});

test('rings rise to all', () => {
  assert.deepEqual(parseRings('1,10,100'), [0.01, 0.1, 1]);
  assert.deepEqual(parseRings('0.5%, 100%'), [0.005, 1]);
  for (const text of ['1,10', '10,1,100', '0,100', '50,50,100']) {
    assert.throws(() => parseRings(text), /rise to 100/, text);
  }
});
