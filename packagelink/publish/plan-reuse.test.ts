import assert from 'node:assert/strict';
import { test } from 'node:test';
import { placesOf, planReuse } from './plan-reuse.ts';
import { fileEntry, manifestOf } from '../testing/sample-tree.ts';

const entry = fileEntry('a', 'old bytes');
const previous = manifestOf([entry]);
const [pack] = previous.packs;
assert.ok(pack);
const here = new Set([pack.sha256]);
const slices = [{ pack, offset: 0, length: 9 }];

test('reuse: what the last generation packed lies where it lay', () => {
  const places = placesOf(previous, here);
  assert.deepEqual([...places], [[entry.sha256, slices]]);
  assert.deepEqual([...planReuse(places)], [[entry.sha256, slices]]);
});

test('reuse: what lies in a pack that is gone has no place', () => {
  assert.equal(placesOf(previous, new Set()).size, 0);
  const tail = { sha256: 'b'.repeat(64), sizeBytes: 5, rawBytes: 9 };
  const chunks = [...entry.chunks, { pack: 1, offset: 0, length: 9 }];
  const large = { ...manifestOf([{ ...entry, sizeBytes: 18, chunks }]), packs: [pack, tail] };
  assert.equal(placesOf(large, here).size, 0);
  assert.equal(placesOf(large, new Set([...here, tail.sha256])).get(entry.sha256)?.length, 2);
});

test('reuse: a pack of which less than half is still wanted is given up', () => {
  const wanted = (rawBytes: number) => new Map([['x', [{ pack: { ...pack, rawBytes }, offset: 0, length: 9 }]]]);
  assert.equal(planReuse(wanted(18)).size, 1);
  assert.equal(planReuse(wanted(19)).size, 0);
});
