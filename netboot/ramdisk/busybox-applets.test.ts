import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { runCommand } from '../../lib/run-command.ts';
import { readAppletNames } from './busybox-applets.ts';

test('the commands are those that busybox lists itself', async () => {
  const program = '/bin/busybox';
  const { stdout } = await runCommand([program, '--list']);
  assert.deepEqual(readAppletNames(await readFile(program)), stdout.trim().split('\n'));
});

const STRANGE: [what: string, bytes: string][] = [
  ['an empty file', ''],
  ['a program without a list', 'ELF sh ls cat'],
  ['a list without an end', '[\0[[\0sh'],
  ['a list without a shell', '[\0[[\0ls\0\0'],
  ['a list of something else', '[\0[[\0sh\0no name\0\0'],
];

for (const [what, bytes] of STRANGE) {
  test(`${what} is refused`, () => assert.throws(() => readAppletNames(Buffer.from(bytes)), /cannot be found/));
}
