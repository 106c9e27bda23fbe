import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { digestOf, digestOfFolder } from './inputs-digest.ts';

test('lists that join to the same text have different digests', () => {
  assert.notEqual(digestOf(['ab', 'c']), digestOf(['a', 'bc']));
  assert.notEqual(digestOf(['']), digestOf([]));
  assert.equal(digestOf(['ab']), digestOf([Buffer.from('ab')]));
});

test('a folder: bytes, names and sizes, the filter, and links that are not followed', async () => {
  await using cleanup = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'digest-test-'));
  cleanup.defer(() => rm(folder, { recursive: true }));
  await mkdir(join(folder, 'sub'));
  await writeFile(join(folder, 'sub/file'), 'one');
  await symlink('/proc', join(folder, 'link'));
  const all = () => true;
  const [bytes, sizes] = [await digestOfFolder(folder, all), await digestOfFolder(folder, all, 'names and sizes')];
  await writeFile(join(folder, 'sub/file'), 'two');
  assert.notEqual(await digestOfFolder(folder, all), bytes);
  assert.equal(await digestOfFolder(folder, all, 'names and sizes'), sizes);
  await writeFile(join(folder, 'other.log'), '');
  assert.equal(await digestOfFolder(folder, (path) => !path.endsWith('.log'), 'names and sizes'), sizes);
  assert.notEqual(await digestOfFolder(folder, all, 'names and sizes'), sizes);
});
