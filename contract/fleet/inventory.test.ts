import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MAX_ITEMS, digestOfItems, itemSchema, itemsSchema } from './inventory.ts';
import type { Item } from './inventory.ts';

const named = (name: string): unknown => [name, 'amd64', '1', '', ''];

const names: readonly [what: string, name: string, fits: boolean][] = [
  ['a name of any alphabet', 'libfoo++-ü😀', true],
  ['no name', '', false],
  ['a name of 256 characters', 'x'.repeat(256), false],
  ['a tab, which divides the parts of an item', 'a\tb', false],
  ['a line break of Unicode', 'a\u2028b', false],
  ['an escape of terminals', 'a\u001b[2J', false],
  ['half of a character outside the first plane, which no database keeps', 'a\ud83d', false],
];

for (const [what, name, fits] of names) {
  test(`${what} ${fits ? 'fits' : 'is refused'}`, () => assert.equal(itemSchema.safeParse(named(name)).success, fits));
}

test('a list that is too long is refused with one fault, and without a look at its items', () => {
  const { error } = itemsSchema.safeParse(Array.from({ length: MAX_ITEMS + 1 }, () => null));
  assert.deepEqual(
    error?.issues.map(({ message }) => message),
    [`has more than ${MAX_ITEMS} items`],
  );
});

test('the digest of a list does not depend on its order', () => {
  const items: Item[] = ['b', 'a', 'ü'].map((name) => [name, 'amd64', '1', '', '']);
  assert.equal(digestOfItems(items), digestOfItems(items.toReversed()));
});
