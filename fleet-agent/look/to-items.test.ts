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
