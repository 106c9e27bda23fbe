import assert from 'node:assert/strict';
import { test } from 'node:test';
import { array, assert as assertProperty, integer, property, string } from 'fast-check';
import { agoText } from './times.ts';
import { tableLines } from './table.ts';

test('columns stand below each other, and the last one is wrapped', () => {
  const rows = [
    ['HOST', 'FINDINGS'],
    ['web1', 'needs a restart, as there is a new kernel'],
  ];
  assert.deepEqual(tableLines(rows, undefined), ['HOST  FINDINGS', 'web1  needs a restart, as there is a new kernel']);
  assert.deepEqual(tableLines(rows, 30), [
    'HOST  FINDINGS',
    'web1  needs a restart, as',
    '      there is a new kernel',
  ]);
});

test('where the last column has no room, the widest gives way first', () => {
  const rows = [['lab-app:all', '1:0.9~rc1-1+deb12u1, 1:0.9~rc1-1', '1.0-1']];
  assert.deepEqual(tableLines(rows, 40), ['lab-app:all  1:0.9~rc1-1+deb12u1…  1.0-1']);
});

test('nothing of a wrapped text is lost', () => {
  const text = string({ minLength: 30, maxLength: 200 }).map((value) => `x${value.replaceAll(/\s/g, ' ')}x`);
  const bare = (value: string): string => value.replaceAll(' ', '');
  assertProperty(
    property(text, integer({ min: 26, max: 60 }), (value, width) =>
      assert.equal(bare(tableLines([['web1', value]], width).join('')), `web1${bare(value)}`),
    ),
  );
});

test('a line is never wider than the terminal, unless its columns are as narrow as can be', () => {
  const row = array(string({ maxLength: 60 }), { minLength: 3, maxLength: 3 });
  assertProperty(
    property(array(row, { minLength: 1 }), integer({ min: 28, max: 120 }), (rows, width) =>
      tableLines(rows, width).every((line) => line.length <= width),
    ),
  );
});

test('times are told in their largest unit', () => {
  const now = 1_800_000_000_000;
  const cases = [
    [null, 'never'],
    [now - 5000, '5 s ago'],
    [now + 119_000, 'in 119 s'],
    [now - 3 * 3_600_000, '3 h ago'],
    [now + 24 * 3_600_000 - 400_000, 'in 24 h'],
    [now - 50 * 86_400_000, '50 d ago'],
  ] as const;
  for (const [ms, text] of cases) assert.equal(agoText(ms, now), text);
});
