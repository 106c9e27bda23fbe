import assert from 'node:assert/strict';
import { test } from 'node:test';
import { zstdCompressSync } from 'node:zlib';
import { sha256 } from '../package/digest.ts';
import { decompressBounded, fetchPack } from './fetch.ts';
import type { Fetcher } from './fetch.ts';
import { readManifest } from '../manifests/read-manifest.ts';

const raw = Buffer.from('raw bytes of a pack, '.repeat(500));
const stored = zstdCompressSync(raw);
const pack = { sha256: sha256(stored), sizeBytes: stored.length, rawBytes: raw.length };
const holding =
  (bytes: Uint8Array): Fetcher =>
  async () =>
    await Promise.resolve(Uint8Array.from(bytes));

test('fetch: the raw bytes of a sound pack', async () => {
  assert.deepEqual(Buffer.from(await fetchPack(holding(stored), pack)), raw);
});

const wrong: [name: string, fetcher: Fetcher, rawBytes: number, message: RegExp][] = [
  [
    'other bytes',
    holding(Buffer.from('x')),
    raw.length,
    new RegExp(
      `packs/${pack.sha256}: wrong bytes: expected SHA-256 ${pack.sha256}, found ${sha256('x')} \\(1 bytes\\)`,
    ),
  ],
  ['nothing at all', holding(Buffer.alloc(0)), raw.length, /wrong bytes/],
  ['cut short', holding(stored.subarray(0, -1)), raw.length, /wrong bytes/],
  [
    'fewer raw bytes than the manifest says',
    holding(stored),
    raw.length + 1,
    /holds 10500 bytes, but its manifest says 10501/,
  ],
  ['more raw bytes than the manifest says', holding(stored), raw.length - 1, /decompressing pack .* failed/],
  [
    'a fetcher that fails',
    async () => await Promise.reject(new Error('connection refused')),
    raw.length,
    /fetching packs\/[0-9a-f]{64} failed/,
  ],
];

for (const [name, fetcher, rawBytes, message] of wrong) {
  test(`fetch: ${name} is an error that names the pack`, async () => {
    await assert.rejects(fetchPack(fetcher, { ...pack, rawBytes }), message);
  });
}

test('fetch: a bomb is stopped at the bound', async () => {
  const bomb = zstdCompressSync(Buffer.alloc(64 * 1024 * 1024));
  await assert.rejects(decompressBounded(bomb, 1024 * 1024, 'a bomb'), /decompressing a bomb failed/);
});

test('fetch: a high bound costs no memory', async () => {
  const { buffer } = await decompressBounded(zstdCompressSync('small'), 256 * 1024 * 1024, 'something small');
  assert(buffer.byteLength <= 8 * 1024 * 1024, `${buffer.byteLength} bytes for 5`);
});

test('fetch: a manifest is asked for by nothing but a digest', async () => {
  for (const digest of ['', '../x', 'A'.repeat(64), `${'a'.repeat(64)}/..`]) {
    await assert.rejects(readManifest(holding(stored), digest, []), /is not the digest of a manifest/);
  }
});
