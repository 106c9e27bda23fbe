import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { digestOfItems } from '../../contract/fleet/inventory.ts';
import type { Item } from '../../contract/fleet/inventory.ts';
import { planListDocument } from './plan-document.ts';

const item = fc.tuple(
  fc.constantFrom('a', 'b', 'c', 'd'),
  fc.constant('all'),
  fc.constantFrom('1', '2'),
  fc.constant(''),
  fc.constant(''),
);
const list = fc.uniqueArray(item, { selector: String }) as fc.Arbitrary<Item[]>;
const kept = (items: readonly Item[]) => ({ digest: digestOfItems(items), items });

test('a difference leads from the list before to the one now', () => {
  fc.assert(
    fc.property(list, list, (before, now) => {
      const digest = digestOfItems(now);
      const base = digestOfItems(before);
      const document = planListDocument({ kind: 'installed', digest, items: now, base, kept: kept(before) });
      if (document.document !== 'installed') assert.fail('another document');
      const removed = new Set(document.removed.map(String));
      const made = [...before.filter((each) => !removed.has(String(each))), ...document.added];
      assert.equal(digestOfItems(made), digest);
      assert.equal(document.base, base);
    }),
  );
});

test('a base that this host does not know leads to the whole list', () => {
  const items: Item[] = [['a', 'all', '1', '', '']];
  for (const base of [undefined, 'x'.repeat(22)]) {
    const document = planListDocument({ kind: 'installed', digest: digestOfItems(items), items, base, kept: kept([]) });
    assert.deepEqual(document, { document: 'installed', digest: digestOfItems(items), added: items, removed: [] });
  }
});
