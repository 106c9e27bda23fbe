import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { readNeededLibraries } from './elf-needed.ts';

test('the libraries of a real program: Node itself', async () => {
  const needed = readNeededLibraries(await readFile(process.execPath));
  for (const name of ['libstdc++.so.6', 'libgcc_s.so.1', 'libc.so.6']) assert.ok(needed.includes(name), name);
});

const noElf: readonly { name: string; file: Buffer }[] = [
  { name: 'an empty file', file: Buffer.alloc(0) },
  { name: 'a script', file: Buffer.from(`#!/bin/sh\n${'# '.repeat(64)}`) },
  { name: 'a 32-bit program', file: Buffer.concat([Buffer.from([0x7f, 0x45, 0x4c, 0x46, 1, 1]), Buffer.alloc(64)]) },
  {
    name: 'a program without segments',
    file: Buffer.concat([Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1]), Buffer.alloc(64)]),
  },
];

for (const { name, file } of noElf) {
  test(`${name} needs no library`, () => assert.deepEqual(readNeededLibraries(file), []));
}
