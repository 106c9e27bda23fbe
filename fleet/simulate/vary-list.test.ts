import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { itemsSchema } from '../../contract/fleet/inventory.ts';
import type { Item } from '../../contract/fleet/inventory.ts';
import { parseRecordedSystems, readRecordedSystems } from './recorded-lists.ts';
import { candidatesNumber, candidatesOf, installedOf } from './vary-list.ts';

const systems = readRecordedSystems();
const number = fc.integer({ min: 0, max: 40_000 });
const revision = fc.integer({ min: 0, max: 20 });
const keyOf = ([name, arch]: Item): string => `${name} ${arch}`;

test('a server, a desktop and a workstation were recorded', () => {
  const sizes = systems.map(({ installed, security }) => [installed.length > 200, security.length > 20]);
  assert.deepEqual(sizes, [
    [true, true],
    [true, true],
    [true, true],
  ]);
});

test('lists fit the contract, have each package once, and are the same again', () => {
  fc.assert(
    fc.property(number, revision, (host, changes) => {
      for (const make of [installedOf, candidatesOf]) {
        const items = make(systems, { number: host, revision: changes });
        assert.ok(itemsSchema.safeParse(items).success);
        assert.equal(new Set(items.map(keyOf)).size, items.length);
        assert.deepEqual(make(systems, { number: host, revision: changes }), items);
      }
    }),
    { numRuns: 30 },
  );
});

test('a change is one package in another version', () => {
  fc.assert(
    fc.property(number, revision, (host, changes) => {
      const [before, after] = [changes, changes + 1].map((each) =>
        installedOf(systems, { number: host, revision: each }),
      );
      const differing = (after ?? []).filter((item, index) => item[2] !== before?.[index]?.[2]);
      assert.deepEqual((after ?? []).map(keyOf), (before ?? []).map(keyOf));
      assert.ok(differing.length <= 1);
    }),
    { numRuns: 30 },
  );
});

test('most hosts have a list of their own, and many the same candidates', () => {
  const lists = Array.from({ length: 60 }, (_, host) =>
    JSON.stringify(installedOf(systems, { number: host, revision: 0 })),
  );
  assert.ok(new Set(lists).size > 55);
  assert.equal(candidatesNumber(systems, 3001), 1);
  assert.deepEqual(candidatesOf(systems, { number: 3001 }), candidatesOf(systems, { number: 1 }));
});

test('a recorded line that does not fit is named', () => {
  assert.throws(() => parseRecordedSystems('a amd64 1 s\nb amd64 2\n'), /line 2 .*b amd64 2/);
});
