import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { UserError } from '../../lib/errors.ts';
import { checkMediaOptions } from './check-media-options.ts';

const dir = mkdtempSync(join(tmpdir(), 'media-options-'));
process.once('exit', () => rmSync(dir, { recursive: true }));
const other = join(dir, 'site.yaml');
writeFileSync(other, 'name: x');
const ok = { site: '.', out: join(dir, 'x.iso') };

for (const [name, options, message] of [
  ['offline without a machine', { ...ok, offline: true }, /name them/],
  ['a machine, online', { ...ok, machine: ['a'] }, /those that are armed/],
  ['consent for two at once', { ...ok, offline: true, machine: ['a', 'b'], initData: ['h'] }, /about one machine/],
  ['consent for none', { ...ok, knownEmpty: ['S1'] }, /about one machine/],
  ['a directory', { ...ok, out: dir }, /is there and is not a file/],
  ['a character device', { ...ok, out: '/dev/null' }, /is there and is not a file/],
  ['a directory that is missing', { ...ok, out: join(dir, 'no/x.iso') }, /there is no directory .*\/no$/],
  ['no name', { ...ok, out: '' }, /'' names no file/],
  ['standard output', { ...ok, out: '-' }, /'-' names no file/],
  ['the name of a directory', { ...ok, out: join(dir, 'no/') }, /\/no\/' names no file/],
  [
    'a file where its directory should be',
    { ...ok, out: join(other, 'x.iso') },
    /site\.yaml is a file, not a directory/,
  ],
  ['one further up', { ...ok, out: join(other, 'no/x.iso') }, /site\.yaml is a file, not a directory/],
  ['a name that is too long', { ...ok, out: join(dir, 'x'.repeat(300)) }, /nothing can be written to /],
  ['a file that is something else', { ...ok, out: other }, /site\.yaml is there and is no image of a medium/],
  ['a machine without a name', { ...ok, offline: true, machine: [''] }, /the name of a machine is empty/],
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

test('a new file, an empty one and an earlier image, which are replaced, are fine', async () => {
  await checkMediaOptions(ok);
  const [empty, earlier] = [join(dir, 'empty.iso'), join(dir, 'earlier.iso')];
  writeFileSync(empty, '');
  writeFileSync(earlier, Buffer.concat([Buffer.alloc(32_768), Buffer.from(`\x01CD001\x01${' '.repeat(33)}`)]));
  await assert.rejects(checkMediaOptions({ ...ok, out: earlier }), /is no image of a medium/);
  const name = 'GUTINTEG'.padEnd(32);
  writeFileSync(earlier, Buffer.concat([Buffer.alloc(32_768), Buffer.from(`\x01CD001\x01${' '.repeat(33)}${name}`)]));
  for (const out of [empty, earlier]) await checkMediaOptions({ ...ok, out });
  await checkMediaOptions({ ...ok, offline: true, machine: ['a'], initData: ['h'] });
});
