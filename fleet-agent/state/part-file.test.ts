import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openPartFile } from './part-file.ts';

const root = mkdtempSync(join(tmpdir(), 'gutinteg-parts-'));
after(() => rmSync(root, { recursive: true }));

const wanted = (text: string) => ({ sha256: createHash('sha256').update(text).digest('hex'), bytes: text.length });

test('a file goes on where it was cut off, and has its name only when it is whole', async () => {
  const file = wanted('one and two');
  const first = openPartFile(root, file);
  first.write(0, Buffer.from('one'));
  assert.equal(first.isWhole(), false);
  const second = openPartFile(root, file);
  assert.equal(second.have(), 3);
  second.write(3, Buffer.from(' and two'));
  assert.equal(await second.finish(), undefined);
  assert.ok(second.isWhole());
  assert.equal(readFileSync(join(root, file.sha256), 'utf8'), 'one and two');
});

test('wrong bytes are thrown away, and their digest is told', async () => {
  const file = wanted('right');
  const part = openPartFile(root, file);
  part.write(0, Buffer.from('wrong'));
  assert.equal(await part.finish(), wanted('wrong').sha256);
  assert.deepEqual([part.have(), part.isWhole()], [0, false]);
});

test('an answer that begins anew is not added to what was there', async () => {
  const file = wanted('whole');
  const part = openPartFile(root, file);
  part.write(0, Buffer.from('who'));
  part.write(0, Buffer.from('whole'));
  assert.equal(await part.finish(), undefined);
});
