import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toItems } from './to-items.ts';

test('one package with a strange name or vendor does not keep the others from being reported', () => {
  const item = { arch: 'all', version: '1', flags: ['auto', 'held'] as const, origin: '' };
  const { items, leftOut } = toItems([
    { ...item, name: 'good' },
    { ...item, name: 'vendor', origin: `two\nlines\u2028${'x'.repeat(300)}` },
    { ...item, name: 'tab\tin it' },
    { ...item, name: '' },
  ]);
  assert.deepEqual(items[0], ['good', 'all', '1', 'auto,held', '']);
  assert.match(items[1]?.[4] ?? '', /^two lines x+…$/);
  assert.deepEqual(leftOut, ['tab in it', '']);
});

test('a package that is there twice, as rpm can have it, is reported once', () => {
  const item = { name: 'lab-a', arch: 'noarch', version: '1-1', flags: [], origin: '' };
  assert.deepEqual(toItems([item, { ...item, version: '2-1' }, item]), {
    items: [
      ['lab-a', 'noarch', '1-1', '', ''],
      ['lab-a', 'noarch', '2-1', '', ''],
    ],
    leftOut: [],
  });
});
