import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { planRings } from './plan-rings.ts';

const idOf = (name: string): string => createHash('sha256').update(name).digest().subarray(0, 16).toString('base64url');

const hosts = (site: string, count: number) =>
  Array.from({ length: count }, (_, index) => ({ id: idOf(`${site} ${index}`), site }));

type Rings = ReadonlyMap<string, number>;
const countOf = (rings: Rings, of: ReturnType<typeof hosts>, ring: number): number =>
  of.filter(({ id }) => rings.get(id) === ring).length;

test('every site has its share of each ring', () => {
  const [large, small] = [hosts('a', 1000), hosts('b', 200)];
  const rings = planRings([...large, ...small], [0.01, 0.1, 1]);
  assert.deepEqual(
    [1, 2, 3].map((ring) => countOf(rings, large, ring)),
    [10, 90, 900],
  );
  assert.deepEqual(
    [1, 2, 3].map((ring) => countOf(rings, small, ring)),
    [2, 18, 180],
  );
});

test('of many small sites, few have a host in the first ring', () => {
  const small = Array.from({ length: 500 }, (_, site) => hosts(`s${site}`, 2)).flat();
  const rings = planRings(small, [0.01, 1]);
  assert.deepEqual([countOf(rings, small, 1), countOf(rings, small, 2)], [10, 990]);
});

test('small sites do not all come before a large one', () => {
  const [large, small] = [hosts('large', 500), Array.from({ length: 500 }, (_, site) => hosts(`s${site}`, 1)).flat()];
  const first = countOf(planRings([...large, ...small], [0.1, 1]), large, 1);
  assert.ok(first > 35 && first < 65, `${first} of 100 are of the large site`);
});

const fleet = fc
  .array(fc.record({ site: fc.constantFrom('a', 'b', 'c'), size: fc.integer({ min: 1, max: 30 }) }), { maxLength: 3 })
  .map((sites) => sites.flatMap(({ site, size }, index) => hosts(`${site}${index}`, size)));
const shares = fc
  .uniqueArray(fc.integer({ min: 1, max: 99 }), { maxLength: 4 })
  .map((numbers) => [...numbers.toSorted((left, right) => left - right).map((number) => number / 100), 1]);

test('each host has a ring, rings have their shares, and the order of hosts does not matter', () => {
  fc.assert(
    fc.property(fleet, shares, (all, rings) => {
      const planned = planRings(all, rings);
      for (const [id, ring] of planRings(all.toReversed(), rings)) assert.equal(ring, planned.get(id));
      assert.equal(planned.size, all.length);
      for (const [index, share] of rings.entries()) {
        const until = [...planned.values()].filter((ring) => ring <= index + 1).length;
        assert.equal(until, Math.ceil(share * all.length));
      }
    }),
  );
});
