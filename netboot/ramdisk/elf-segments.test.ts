import assert from 'node:assert/strict';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { runCommand } from '../../lib/run-command.ts';
import { cutAfterSegments, readSegments } from './elf-segments.ts';

test('a program without what is not loaded: smaller, the same segments, and it runs', async (context) => {
  const whole = await readFile(process.execPath);
  const cut = cutAfterSegments(whole);
  assert.ok(cut.length < whole.length * 0.9, `${cut.length} of ${whole.length} bytes`);
  assert.deepEqual(readSegments(cut), readSegments(whole));
  assert.deepEqual(cutAfterSegments(cut), cut);
  const folder = await mkdtemp(join(tmpdir(), 'elf-test-'));
  context.after(() => rm(folder, { recursive: true }));
  const program = join(folder, 'node');
  await writeFile(program, cut);
  await chmod(program, 0o755);
  const { stdout } = await runCommand([program, '-p', 'process.version']);
  assert.equal(stdout.trim(), process.version);
});

test('a script stays as it is', () => {
  const script = Buffer.from(`#!/bin/sh\n${'# '.repeat(64)}`);
  assert.deepEqual(cutAfterSegments(script), script);
});
