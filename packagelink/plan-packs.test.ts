import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PACK_RAW_BYTES } from './manifest.ts';
import { planPacks } from './plan-packs.ts';
import { fileEntry, manifestOf } from './sample-tree.ts';
import { sha256 } from './digest.ts';

const content = (path: string, sizeBytes: number) => ({ path, sizeBytes, sha256: sha256(path) });
const shape = (packs: ReturnType<typeof planPacks>['packs']) =>
  packs.map((pieces) => pieces.map((piece) => [piece.content.path, piece.sourceOffset, piece.length]));

test('packs: small contents share a pack and are never split', () => {
  const third = PACK_RAW_BYTES / 4 + 1;
  const contents = ['a', 'b', 'c', 'd'].map((path) => content(path, third));
  const { packs } = planPacks(contents, undefined);
  assert.deepEqual(shape(packs), [
    [
      ['a', 0, third],
      ['b', 0, third],
      ['c', 0, third],
    ],
    [['d', 0, third]],
  ]);
});

test('packs: one large content spans several, and its tail shares one', () => {
  const { packs } = planPacks([content('a', 5), content('big', 2 * PACK_RAW_BYTES + 7), content('z', 9)], undefined);
  assert.deepEqual(shape(packs), [
    [['big', 0, PACK_RAW_BYTES]],
    [['big', PACK_RAW_BYTES, PACK_RAW_BYTES]],
    [
      ['a', 0, 5],
      ['big', 2 * PACK_RAW_BYTES, 7],
      ['z', 0, 9],
    ],
  ]);
});

test('packs: a content of exactly one pack fills it; none is ever empty', () => {
  const { packs } = planPacks([content('a', PACK_RAW_BYTES), content('b', PACK_RAW_BYTES)], undefined);
  assert.deepEqual(shape(packs), [[['a', 0, PACK_RAW_BYTES]], [['b', 0, PACK_RAW_BYTES]]]);
});

test('packs: what the last generation packed is not packed again', () => {
  const previous = manifestOf([fileEntry('a', 'old bytes')]);
  const known = { path: 'b', sizeBytes: 9, sha256: sha256('old bytes') };
  const plan = planPacks([known, content('c', 4)], previous);
  assert.deepEqual(shape(plan.packs), [[['c', 0, 4]]]);
  assert.deepEqual(plan.reused.get(known.sha256), [{ pack: previous.packs[0], offset: 0, length: 9 }]);
});

test('packs: a pack of which less than half is still wanted is given up', () => {
  const manifest = manifestOf([fileEntry('a', 'old bytes')]);
  const previous = { ...manifest, packs: manifest.packs.map((pack) => ({ ...pack, rawBytes: 19 })) };
  const known = { path: 'a', sizeBytes: 9, sha256: sha256('old bytes') };
  assert.deepEqual(shape(planPacks([known], previous).packs), [[['a', 0, 9]]]);
});
