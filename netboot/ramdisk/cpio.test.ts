import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buffer } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import * as fc from 'fast-check';
import { writeCpio } from './cpio.ts';
import type { RamdiskEntry } from './cpio.ts';

type Read = { name: string; mode: number; modifiedSeconds: number; device: number[]; data: string };

/** Reads an archive back by the kernel's description of it. */
function readCpio(archive: Buffer): Read[] {
  const found: Read[] = [];
  for (let at = 0; ;) {
    assert.equal(archive.toString('latin1', at, at + 6), '070701');
    const field = (index: number) =>
      Number.parseInt(archive.toString('latin1', at + 6 + index * 8, at + 14 + index * 8), 16);
    const name = archive.toString('utf8', at + 110, at + 110 + field(11) - 1);
    const dataAt = Math.ceil((at + 110 + field(11)) / 4) * 4;
    const data = archive.toString('utf8', dataAt, dataAt + field(6));
    const end = Math.ceil((dataAt + field(6)) / 4) * 4;
    if (name === 'TRAILER!!!') {
      assert.equal(end, archive.length);
      return found;
    }
    found.push({ name, mode: field(1), modifiedSeconds: field(5), device: [field(9), field(10)], data });
    at = end;
  }
}

async function archiveOf(entries: readonly RamdiskEntry[]): Promise<Buffer> {
  return await buffer(Readable.from(writeCpio(entries), { objectMode: false }));
}

test('every kind of entry, in order, with its parents', async () => {
  const archive = await archiveOf([
    { path: 'dev/console', kind: 'character-device', mode: 0o600, major: 5, minor: 1 },
    { path: 'a/b/file', kind: 'file', mode: 0o755, data: Buffer.from('hello') },
    { path: 'a/link', kind: 'link', target: 'b/file' },
  ]);
  const same = { modifiedSeconds: 1, device: [0, 0] };
  assert.deepEqual(readCpio(archive), [
    { name: 'a', mode: 0o40755, data: '', ...same },
    { name: 'a/b', mode: 0o40755, data: '', ...same },
    { name: 'a/b/file', mode: 0o100755, data: 'hello', ...same },
    { name: 'a/link', mode: 0o120777, data: 'b/file', ...same },
    { name: 'dev', mode: 0o40755, data: '', ...same },
    { name: 'dev/console', mode: 0o20600, data: '', ...same, device: [5, 1] },
  ]);
});

test('two entries of one name are refused', async () => {
  const entry: RamdiskEntry = { path: 'init', kind: 'link', target: 'x' };
  await assert.rejects(archiveOf([entry, entry]), /two entries of the ramdisk are named init/);
});

const files = fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), fc.string({ maxLength: 9 }), { noNullPrototype: true });

test('any files come back whole, whatever the order they were given in', async () => {
  await fc.assert(
    fc.asyncProperty(files, async (contents) => {
      const entries = Object.entries(contents).map(([path, text]): RamdiskEntry => ({
        path,
        kind: 'file',
        mode: 0o644,
        data: Buffer.from(text),
      }));
      const archive = await archiveOf(entries);
      assert.deepEqual(await archiveOf(entries.toReversed()), archive);
      const back = readCpio(archive).map((file) => [file.name, file.data]);
      assert.deepEqual(Object.fromEntries(back), contents);
    }),
    { numRuns: 50 },
  );
});
