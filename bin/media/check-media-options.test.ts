import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { UserError } from '../../lib/errors.ts';
import { checkMediaOptions } from './check-media-options.ts';

const dir = mkdtempSync(join(tmpdir(), 'media-options-'));
process.once('exit', () => rmSync(dir, { recursive: true }));
const ok = { site: '.', out: join(dir, 'x.iso') };

for (const [name, options, message] of [
  ['offline without a machine', { ...ok, offline: true }, /name them/],
  ['a machine, online', { ...ok, machine: ['a'] }, /those that are armed/],
  ['consent for two at once', { ...ok, offline: true, machine: ['a', 'b'], initData: ['h'] }, /about one machine/],
  ['consent for none', { ...ok, knownEmpty: ['S1'] }, /about one machine/],
  ['a directory', { ...ok, out: dir }, /is there and is not a file/],
  ['a character device', { ...ok, out: '/dev/null' }, /is there and is not a file/],
  ['a directory that is missing', { ...ok, out: join(dir, 'no/x.iso') }, /there is no directory .*\/no$/],
] as const) {
  test(`${name} is refused before anything is opened`, async () => {
    await assert.rejects(checkMediaOptions(options), (error) => {
      assert(error instanceof UserError);
      assert.match(error.message, message);
      assert.deepEqual([error.exitCode, error.hint !== undefined], [2, true]);
      return true;
    });
  });
}

test('a new file, and one that is replaced, are fine', async () => {
  await checkMediaOptions(ok);
  await checkMediaOptions({ ...ok, out: import.meta.filename });
  await checkMediaOptions({ ...ok, offline: true, machine: ['a'], initData: ['h'] });
});
