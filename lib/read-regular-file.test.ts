import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import { openRegularFileSync, readRegularFile } from './read-regular-file.ts';

suite('regular files', () => {
  const dir = mkdtempSync(join(tmpdir(), 'regular-'));
  after(() => rmSync(dir, { recursive: true }));
  const at = (name: string) => join(dir, name);

  execFileSync('mkfifo', [at('fifo')]);
  symlinkSync('fifo', at('link-to-fifo'));
  symlinkSync('/dev/zero', at('link-to-device'));
  writeFileSync(at('large'), '');
  truncateSync(at('large'), 2 ** 33);
  writeFileSync(at('file'), 'text');
  symlinkSync('file', at('link'));

  const table: [path: string, why: RegExp][] = [
    [at('fifo'), /it is a FIFO, not a regular file/],
    [at('link-to-fifo'), /it is a FIFO/],
    [at('link-to-device'), /it is a device/],
    [dir, /it is a directory/],
    [at('large'), /it has 8589934592 bytes/],
    [at('nothing'), /ENOENT/],
  ];
  for (const [path, why] of table) {
    test(`${path.replace(dir, 'DIR')} is refused, and nobody waits`, async () => {
      await assert.rejects(readRegularFile(path), why);
      assert.throws(() => openRegularFileSync(path), why);
    });
  }

  test('a file is read, also through a link', async () => {
    for (const name of ['file', 'link']) assert.equal((await readRegularFile(at(name))).toString(), 'text');
    closeSync(openRegularFileSync(at('link')));
  });
});
