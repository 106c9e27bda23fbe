import assert from 'node:assert/strict';
import { test } from 'node:test';
import { array, assert as assertProperty, nat, property, uniqueArray } from 'fast-check';
import { decideBase } from './decide-base.ts';
import { applyIdDifference, decodeIds } from './item-ids.ts';
import { sketchOf } from './sketch.ts';

const ids = uniqueArray(nat({ max: 300 }), { maxLength: 200 }).map((some) =>
  some.map((id) => id + 1).toSorted((left, right) => left - right),
);
const count = (first: number, last: number): number[] =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);

test('whatever the bases, what is stored leads to the list, and never takes more than the list itself', () => {
  assertProperty(
    property(ids, array(ids, { maxLength: 3 }), (list, others) => {
      const bases = others.map((some, index) => ({ id: 1000 + index, ids: some }));
      const { base, added, removed } = decideBase(list, bases);
      const from = bases.find(({ id }) => id === base)?.ids ?? [];
      assert.deepEqual(applyIdDifference(from, { added: decodeIds(added), removed: decodeIds(removed) }), list);
      assert.ok(added.length + removed.length <= decideBase(list, []).added.length);
    }),
  );
});

const cases: readonly [what: string, list: number[], bases: number[][], chosen: number | null][] = [
  ['no base', count(1, 1000), [], null],
  ['the one that is most like it', count(1, 1000), [count(1, 900), count(3, 1000), count(500, 1500)], 1],
  ['a night that changed a tenth of it', [...count(101, 1000), ...count(2001, 2100)], [count(1, 1000)], 0],
  ['a night that changed a third of it', [...count(334, 1000), ...count(2001, 2333)], [count(1, 1000)], null],
  ['the empty list, of which nothing is left', [], [count(1, 10)], null],
];

for (const [what, list, bases, chosen] of cases) {
  test(`${what}: ${chosen === null ? 'a new base' : `base ${chosen}`}`, () => {
    const numbered = bases.map((some, index) => ({ id: index, ids: some }));
    assert.equal(decideBase(list, numbered).base, chosen);
  });
}

test('the more two lists have in common, the more their sketches have', () => {
  const list = sketchOf(count(1, 2000));
  const inCommon = (other: number[]): number =>
    sketchOf(other).filter((number, order) => number === list[order]).length;
  assert.equal(inCommon(count(1, 2000)), 12);
  assert.ok(inCommon(count(21, 2020)) >= 10);
  assert.ok(inCommon(count(1001, 3000)) <= 8);
  assert.equal(inCommon(count(5001, 7000)), 0);
});
