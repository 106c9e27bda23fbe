import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { zstdCompressSync } from 'node:zlib';
import { sha256 } from '../package/digest.ts';
import type { Content, WantedFile } from '../tree/tree.ts';
import type { Fetcher } from './fetch.ts';
import { readSource, readSources } from './read-source.ts';

const packs = ['first pack: hello', 'world, second pack'].map((text) => {
  const stored = zstdCompressSync(text);
  return { stored, pack: { sha256: sha256(stored), sizeBytes: stored.length, rawBytes: text.length } };
});
const [first, second] = packs as [(typeof packs)[0], (typeof packs)[0]];
let fetched: string[] = [];
const fetcher: Fetcher = async (path) => {
  fetched.push(path);
  const found = packs.find(({ pack }) => path === `packs/${pack.sha256}`);
  if (found === undefined) throw new Error(`no ${path}`);
  return await Promise.resolve(Uint8Array.from(found.stored));
};

const text = 'hello, world';
const about = { sha256: sha256(text), sizeBytes: text.length };
const slices = [
  { pack: first.pack, offset: 12, length: 5 },
  { pack: { ...second.pack }, offset: 5, length: 2 },
  { pack: second.pack, offset: 0, length: 5 },
];
const gone = { pack: { ...first.pack, sha256: '0'.repeat(64) }, offset: 0, length: 5 };

/** In `dir` lies the text as a file of a local package. */
function contents(dir: string): [what: string, content: Content, expected: string | RegExp][] {
  writeFileSync(join(dir, 'file'), text);
  const tree = { root: dir, path: 'file', objects: join(dir, 'objects') };
  const damaged = { ...about, sha256: sha256('other') };
  return [
    ['bytes at hand', { kind: 'literal', ...about, bytes: Buffer.from(text) }, text],
    ['a file of a directory', { kind: 'tree', ...about, ...tree }, text],
    ['pieces of two packs', { kind: 'packed', ...about, slices }, 'hello, world'],
    ['a template of packs', { kind: 'template', ...about, slices, defines: {} }, 'hello, world'],
    ['a template of a directory', { kind: 'template', ...about, slices: [], defines: {}, tree }, text],
    ['nothing', { kind: 'packed', sha256: sha256(''), sizeBytes: 0, slices: [] }, ''],
    ['a file that has changed', { kind: 'tree', ...damaged, ...tree }, /has changed since its package was linked/],
    [
      'a pack that is gone',
      { kind: 'packed', ...about, slices: [gone, ...slices.slice(1)] },
      /fetching packs\/0000\S* failed/,
    ],
  ];
}

async function withDirectory(check: (dir: string) => Promise<void>): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'sources-'));
  fetched = [];
  try {
    await check(dir);
  } finally {
    rmSync(dir, { recursive: true });
  }
}

test('sources: the bytes of a content, wherever it lies', async () => {
  await withDirectory(async (dir) => {
    for (const [what, content, expected] of contents(dir)) {
      if (typeof expected === 'string')
        assert.equal(Buffer.from(await readSource(content, fetcher)).toString(), expected, what);
      else await assert.rejects(readSource(content, fetcher), expected, what);
    }
  });
});

test('sources: of many files each has bytes or an error of its own, and no pack is fetched twice', async () => {
  await withDirectory(async (dir) => {
    const owned = {
      type: 'file',
      owner: 'base',
      class: 'package',
      mode: 0o644,
      uid: 0,
      gid: 0,
      sourceKey: '',
    } as const;
    const cases = contents(dir);
    const files = cases.map(([path, content]): WantedFile => ({ ...owned, path, content }));
    const sources = await readSources(files, fetcher);
    for (const [index, [what, , expected]] of cases.entries()) {
      const source = sources.get(files[index] as WantedFile);
      if (typeof expected !== 'string') assert.match((source as Error).message, expected, what);
      else assert.equal(Buffer.from(source as Uint8Array).toString(), expected, what);
    }
    assert.equal(new Set(fetched).size, fetched.length);
  });
});
