import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { RunCommand } from '../../lib/run-command.ts';
import { openPackageFiles } from './package-file-store.ts';

const root = mkdtempSync(join(tmpdir(), 'gutinteg-package-files-'));
after(() => rmSync(root, { recursive: true }));

/** What dpkg-deb would say. */
const run: RunCommand = (argv) =>
  Promise.resolve({
    exitCode: 0,
    stdout: argv.includes('--show')
      ? 'hello\tall\t2.10-3\t\tlibc6\tgreets\n'
      : 'drwxr-xr-x root/root 0 2026-01-01 00:00 ./usr/\n-rw-r--r-- root/root 7 2026-01-01 00:00 ./usr/hello\n',
    stderr: '',
  });

const deb = Buffer.from(`!<arch>\ndebian-binary${'x'.repeat(100)}`);
const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const brought = { by: 'ada', at: 7, url: null };
let count = 0;
const open = (bounds = { maxBytes: 1000, maxFiles: 3 }) =>
  openPackageFiles({ directory: join(root, String((count += 1))), bounds, run });

test('a file is kept when it is whole, under the name that follows from what it is', async () => {
  const store = open();
  const sha256 = sha256Of(deb);
  assert.equal(await store.append(sha256, { from: 0, bytes: deb.length, data: deb.subarray(0, 50) }), 50);
  // A part that was sent twice, or by somebody else meanwhile, adds nothing.
  assert.equal(await store.append(sha256, { from: 0, bytes: deb.length, data: deb.subarray(0, 50) }), 50);
  assert.equal(await store.find(sha256), undefined);
  await store.append(sha256, { from: 50, bytes: deb.length, data: deb.subarray(50) });
  const file = await store.finish(sha256, brought);
  assert.deepEqual(
    [file.fileName, file.system, file.paths, file.unpackedBytes, file.depends],
    ['hello_2.10-3_all.deb', 'dpkg', ['/usr/hello'], 7, ['libc6']],
  );
  assert.deepEqual(await store.find(sha256), file);
  assert.deepEqual(await store.finish(sha256, { ...brought, by: 'bob' }), file);
  assert.deepEqual(Buffer.from((await store.read(sha256, 100)) ?? []), deb.subarray(100));
  await store.remove(sha256);
  assert.deepEqual([await store.list(), await store.read(sha256, 0)], [[], undefined]);
});

test('what is not what it should be is thrown away', async () => {
  const store = open();
  for (const [bytes, sha256, words] of [
    [deb, '0'.repeat(64), /has SHA-256 [0-9a-f]{64}, and not 0{64}/],
    [Buffer.from('hello'), sha256Of(Buffer.from('hello')), /it is no \.deb or \.rpm/],
  ] as const) {
    await store.append(sha256, { from: 0, bytes: bytes.length, data: bytes });
    await assert.rejects(store.finish(sha256, brought), words);
    assert.equal(await store.have(sha256), 0);
  }
  assert.deepEqual(readdirSync(store.places.incoming), []);
  await assert.rejects(store.append('1'.repeat(64), { from: 0, bytes: 3, data: deb }), /more bytes than the 3/);
});

test('there is room for so much, and what is still coming counts', async () => {
  const store = open({ maxBytes: 200, maxFiles: 2 });
  await assert.rejects(store.requireRoom(2 * 1024 ** 3), /2147483648 bytes, and 1073741824 are the most/);
  await store.requireRoom(200);
  await store.append('1'.repeat(64), { from: 0, bytes: 120, data: Buffer.alloc(120) });
  await store.requireRoom(80);
  await assert.rejects(store.requireRoom(81), /keeps 0 of 2 package files, with 120 of 200 bytes/);
  await store.append('2'.repeat(64), { from: 0, bytes: 1, data: Buffer.alloc(1) });
  await assert.rejects(store.requireRoom(1), /no room/);
});
