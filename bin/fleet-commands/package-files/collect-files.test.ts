import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { collectPackagesOrFiles } from '../jobs/parse-package.ts';
import { collectFiles } from './collect-files.ts';

const root = mkdtempSync(join(tmpdir(), 'gutinteg-collect-'));
after(() => rmSync(root, { recursive: true }));
const at = (name: string): string => join(root, name);
mkdirSync(at('dir/inner.deb'), { recursive: true });
mkdirSync(at('empty'));
for (const name of ['dir/b.rpm', 'dir/a.deb', 'dir/README']) writeFileSync(at(name), '');

test('what is named is a file if it cannot be a package', () => {
  const words = ['./hello.deb', 'hello.rpm', 'dir/', 'https://example.test/hello', 'jq', 'nginx=1.22.1-9'];
  const named = words.reduce<ReturnType<typeof collectPackagesOrFiles>>(
    (before, word) => collectPackagesOrFiles(word, before),
    [],
  );
  assert.deepEqual(named.slice(0, 4), words.slice(0, 4));
  assert.deepEqual(named.slice(4), [{ name: 'jq' }, { name: 'nginx', version: '1.22.1-9' }]);
});

test('of a directory, its package files are taken, and each once', async () => {
  assert.deepEqual(await collectFiles([at('dir'), at('dir/a.deb'), 'https://example.test/x.deb']), [
    at('dir/a.deb'),
    at('dir/b.rpm'),
    'https://example.test/x.deb',
  ]);
});

test('what is not there, and a directory without any, is said', async () => {
  await assert.rejects(collectFiles([at('none.deb')]), /none\.deb does not exist/);
  await assert.rejects(collectFiles(['ftp://example.test/x.deb']), /no address with https:\/\/ or http:\/\/; nothing/);
  await assert.rejects(collectFiles([at('empty')]), /has no \.deb or \.rpm in it/);
});
