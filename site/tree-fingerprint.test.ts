import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { treeFingerprint } from './tree-fingerprint.ts';

test('files that come and go meanwhile do no harm', async (context) => {
  const dir = await mkdtemp(join(tmpdir(), 'gutinteg-fingerprint-'));
  context.after(() => rm(dir, { recursive: true, force: true }));
  const before = await treeFingerprint(dir);
  const done = new AbortController();
  const editing = (async () => {
    for (let count = 0; !done.signal.aborted; count += 1) {
      const path = join(dir, `.a.swp${count % 7}`);
      await writeFile(path, '');
      await rm(path);
    }
  })();
  try {
    for (let count = 0; count < 300; count += 1) await treeFingerprint(dir);
  } finally {
    done.abort();
    await editing;
  }
  assert.equal(await treeFingerprint(dir), before);
});
