import assert from 'node:assert/strict';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { architectures } from '../../lib/architecture.ts';
import { runCommand } from '../../lib/run-command.ts';
import type { CommandOptions } from '../../lib/run-command.ts';
import { compileInstaller } from './compiled-installer.ts';

const architecture = Object.values(architectures).find(({ node }) => node === process.arch) ?? architectures.amd64;

async function scratch(cleanup: AsyncDisposableStack): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'compiled-installer-test-'));
  cleanup.defer(() => rm(folder, { recursive: true }));
  return folder;
}

/** A program that is compiled, in a folder like that of the ramdisk; `start` answers what it prints, and its exit code. */
async function makeProgram(cleanup: AsyncDisposableStack, source: string) {
  const folder = await scratch(cleanup);
  const entry = join(folder, 'entry.ts');
  await writeFile(entry, source);
  const { text, compiled } = await compileInstaller({ entry, architecture, cacheDir: folder });
  assert(compiled !== undefined);
  await copyFile(join(import.meta.dirname, 'files/start.mjs'), join(folder, 'start.mjs'));
  await writeFile(join(folder, 'installer.js'), text);
  await writeFile(join(folder, 'installer.js.compiled'), compiled);
  const node = (args: readonly string[], options: CommandOptions = {}) =>
    runCommand([process.execPath, ...args], { okExitCodes: [0, 1, 7], ...options });
  return { folder, entry, compiled, node, start: (stdin: string) => node([join(folder, 'start.mjs')], { stdin }) };
}

const PROGRAM = `
import { basename } from 'node:path';
console.log('loaded');
export async function main(): Promise<void> {
  console.log(basename('/in/main'), typeof (await import('node:os')).uptime());
  process.exitCode = 7;
}`;

test('an installer is loaded at once, and runs at the word', async () => {
  await using cleanup = new AsyncDisposableStack();
  const { start } = await makeProgram(cleanup, PROGRAM);
  const ran = await start('ready\n');
  assert.deepEqual([ran.stdout, ran.exitCode], ['loaded\nmain number\n', 7]);
  const without = await start('');
  assert.deepEqual([without.stdout, without.exitCode], ['loaded\n', 1]);
});

test('V8 takes the compiled form; without one that it takes, it compiles the text', async () => {
  await using cleanup = new AsyncDisposableStack();
  const { folder, compiled, node, start } = await makeProgram(cleanup, PROGRAM);
  const read = (name: string): string => `require('fs').readFileSync(${JSON.stringify(join(folder, name))})`;
  const check = `const s = new (require('vm').Script)(String(${read('installer.js')}), { cachedData: ${read('installer.js.compiled')} });
    console.log(s.cachedDataRejected)`;
  assert.equal((await node(['--eval', check])).stdout, 'false\n');
  // The first bytes say which V8 has made it.
  await writeFile(join(folder, 'installer.js.compiled'), Buffer.from(compiled).fill(0, 0, 8));
  assert.equal((await node(['--eval', check])).stdout, 'true\n');
  assert.equal((await start('ready\n')).stdout, 'loaded\nmain number\n');
});

test('the same installer is compiled once; another architecture has its text alone', async () => {
  await using cleanup = new AsyncDisposableStack();
  const { folder, entry, compiled } = await makeProgram(cleanup, PROGRAM);
  const again = await compileInstaller({ entry, architecture, cacheDir: folder });
  assert.deepEqual(again.compiled, compiled);
  const other = Object.values(architectures).find(({ node }) => node !== process.arch);
  assert(other !== undefined);
  assert.equal((await compileInstaller({ entry, architecture: other, cacheDir: folder })).compiled, undefined);
});
