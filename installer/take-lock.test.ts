import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { takeLock } from './take-lock.ts';

test('a lock is exclusive, is given back, and is taken over from a process that has ended', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'gutinteg-lock-'));
  const path = join(dir, 'lock');
  try {
    {
      await using _held = await takeLock(path);
      await assert.rejects(takeLock(path), new RegExp(`another run of gutinteg \\(process ${process.pid}\\)`));
    }
    assert.equal(existsSync(path), false);
    await writeFile(path, '2147480000\n');
    await using _again = await takeLock(path);
    assert.equal(existsSync(path), true);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
});
