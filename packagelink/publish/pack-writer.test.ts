import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { zstdDecompressSync } from 'node:zlib';
import { PACK_RAW_BYTES } from '../package/manifest.ts';
import { createPackWriter } from './pack-writer.ts';
import { openStore } from '../store/store.ts';

/** What lies where, by number of pack in the order in which they were opened. */
async function shapeOf(pieces: readonly (readonly [name: string, length: number])[]) {
  const writer = createPackWriter(undefined);
  for (const [name, length] of pieces) await writer.add(name, new Uint8Array(length));
  const slices = await writer.end();
  return [...slices].map(([name, own]) => [
    name,
    ...own.map(({ pack, offset, length }) => [Number.parseInt(pack.sha256, 16), offset, length]),
  ]);
}

const third = PACK_RAW_BYTES / 4 + 1;
const cases: [name: string, pieces: [string, number][], shape: unknown[]][] = [
  [
    'small contents share a pack and are never split',
    [
      ['a', third],
      ['b', third],
      ['c', third],
      ['d', third],
    ],
    [
      ['a', [1, 0, third]],
      ['b', [1, third, third]],
      ['c', [1, 2 * third, third]],
      ['d', [2, 0, third]],
    ],
  ],
  [
    'a large content spans several, and its tail shares one',
    [
      ['a', 5],
      ['big', PACK_RAW_BYTES],
      ['big', PACK_RAW_BYTES],
      ['big', 7],
      ['z', 9],
    ],
    [
      ['a', [3, 0, 5]],
      ['big', [1, 0, PACK_RAW_BYTES], [2, 0, PACK_RAW_BYTES], [3, 5, 7]],
      ['z', [3, 12, 9]],
    ],
  ],
  [
    'a content of exactly one pack fills it; none is ever empty',
    [
      ['a', PACK_RAW_BYTES],
      ['b', PACK_RAW_BYTES],
    ],
    [
      ['a', [1, 0, PACK_RAW_BYTES]],
      ['b', [2, 0, PACK_RAW_BYTES]],
    ],
  ],
  ['nothing is no pack', [], []],
];
for (const [name, pieces, shape] of cases) {
  test(`packs: ${name}`, async () => {
    assert.deepEqual(await shapeOf(pieces), shape);
  });
}

test('packs: what is stored is what was added, at its place', async (context) => {
  const dir = mkdtempSync(join(tmpdir(), 'pack-writer-'));
  context.after(() => rmSync(dir, { recursive: true, force: true }));
  const writer = createPackWriter(openStore(dir));
  // One buffer for all, as the reader of a tree has it.
  const buffer = Buffer.alloc(1_500_000);
  for (let index = 0; index < 12; index += 1) await writer.add(String(index), buffer.fill(index));
  const slices = await writer.end();
  assert.equal(readdirSync(join(dir, 'packs')).length, 6);
  for (const [name, [slice]] of slices) {
    const raw = zstdDecompressSync(readFileSync(join(dir, 'packs', slice?.pack.sha256 ?? '')));
    const bytes = raw.subarray(slice?.offset, (slice?.offset ?? 0) + (slice?.length ?? 0));
    assert.ok(bytes.equals(Buffer.alloc(1_500_000, Number(name))), name);
  }
});

// RFC 8878, 3.1.1.1.1: either flag says that the size of the content follows.
test('packs: their frames say how large their contents are', async (context) => {
  const dir = mkdtempSync(join(tmpdir(), 'pack-writer-'));
  context.after(() => rmSync(dir, { recursive: true, force: true }));
  const writer = createPackWriter(openStore(dir));
  await writer.add('a', Buffer.alloc(1_000_000, 'of some content, '));
  await writer.end();
  const [name = ''] = readdirSync(join(dir, 'packs'));
  const descriptor = readFileSync(join(dir, 'packs', name))[4] ?? 0;
  const [contentSizeFlag, singleSegmentFlag] = [descriptor >> 6, (descriptor >> 5) & 1];
  assert.ok(contentSizeFlag + singleSegmentFlag > 0);
});
