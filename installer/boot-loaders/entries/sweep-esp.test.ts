import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { findOrphans, findStale, removeStale } from './sweep-esp.ts';

function scratch(stack: DisposableStack, files: Readonly<Record<string, string>>): string {
  const top = mkdtempSync(join(tmpdir(), 'sweep-esp-'));
  stack.defer(() => rmSync(top, { recursive: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(top, path)), { recursive: true });
    writeFileSync(join(top, path), text);
  }
  return top;
}
const bytes = (path: string) => ({ path, bytes: Buffer.from('') });

test('before the new entries are there, a kernel that an old one names stays; without any name it goes', async () => {
  using stack = new DisposableStack();
  const top = scratch(stack, {
    'loader/entries/gutinteg-6.1.conf': 'linux /gutinteg/aaaa/vmlinuz-6.1\n',
    'gutinteg/AAAA/vmlinuz-6.1': 'named, in the letters of FAT',
    'gutinteg/bbbb/vmlinuz-6.2': 'nobody names it',
    'gutinteg/cccc/vmlinuz-6.3': 'wanted',
  });
  const wanted = [bytes('gutinteg/cccc/vmlinuz-6.3'), bytes('loader/entries/gutinteg-6.3.conf')];
  const orphans = await findOrphans(top, wanted);
  assert.deepEqual(orphans, { entries: [], kernels: ['gutinteg/bbbb'] });
  await removeStale(top, orphans);
  assert.deepEqual(await findStale(top, wanted), {
    entries: ['loader/entries/gutinteg-6.1.conf'],
    kernels: ['gutinteg/AAAA'],
  });
  await removeStale(top, await findStale(top, wanted));
  assert.deepEqual(
    ['gutinteg/AAAA', 'gutinteg/bbbb', 'gutinteg/cccc'].map((path) => existsSync(join(top, path))),
    [false, false, true],
  );
});

test('an empty partition has nothing of ours', async () => {
  using stack = new DisposableStack();
  const top = scratch(stack, {});
  assert.deepEqual(await findStale(top, []), { entries: [], kernels: [] });
  assert.deepEqual(await findOrphans(top, []), { entries: [], kernels: [] });
});
