import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { readAwaySince, readLastKnown, saveAwaySince, saveLastKnown } from './last-known.ts';

const LOOKUP = {
  machineId: '3f2b8f6e-0000-4000-8000-000000000001',
  name: 'q-bert',
  generation: 'a'.repeat(64),
  record: { OS: 'debian' },
  image: { name: 'image', manifest: 'b'.repeat(64) },
  packages: [],
};

function machine(context: TestContext): string {
  const root = mkdtempSync(join(tmpdir(), 'gutinteg-known-'));
  context.after(() => rmSync(root, { recursive: true, force: true }));
  mkdirSync(join(root, 'var/lib/gutinteg'), { recursive: true });
  return root;
}

test('the last answer is 0600, and an equal one is not written again', async (context) => {
  const root = machine(context);
  assert.equal(await readLastKnown(root), undefined);
  await saveLastKnown(root, LOOKUP);
  assert.deepEqual(await readLastKnown(root), LOOKUP);
  const file = join(root, 'var/lib/gutinteg/lookup.json');
  const before = statSync(file);
  assert.equal(before.mode & 0o777, 0o600);
  await saveLastKnown(root, LOOKUP);
  assert.equal(statSync(file).ino, before.ino);
  writeFileSync(file, '{"format":1,"lookup":{}}');
  chmodSync(file, 0o600);
  await assert.rejects(readLastKnown(root), /lookup\.json: .*lookup\.machineId/s);
});

test('since when the server is away is the first time, until it answers', async (context) => {
  const root = machine(context);
  assert.equal(await readAwaySince(root), undefined);
  await saveAwaySince(root, 1_700_000_000_123);
  assert.equal(await readAwaySince(root), 1_700_000_000_123);
  await saveAwaySince(root, undefined);
  assert.equal(existsSync(join(root, 'var/lib/gutinteg/server-away')), false);
  await saveAwaySince(root, undefined);
});
