import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { takeLock } from './take-lock.ts';

function lockPath(context: TestContext): string {
  const dir = mkdtempSync(join(tmpdir(), 'gutinteg-lock-'));
  context.after(() => rmSync(dir, { recursive: true, force: true }));
  return join(dir, 'lock');
}

/** Another process that holds the lock until it is killed. */
async function holder(context: TestContext, path: string) {
  const module = JSON.stringify(join(import.meta.dirname, 'take-lock.ts'));
  const program = `import { takeLock } from ${module}; globalThis.lock = takeLock(process.argv[1]); console.log('held'); setInterval(() => {}, 1e6);`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program, path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  context.after(() => child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  return child;
}

test('a lock is exclusive, is given back, and leaves an empty file', (context) => {
  const path = lockPath(context);
  {
    using _held = takeLock(path);
    assert.throws(() => takeLock(path), /another run of gutinteg holds .*; nothing was changed/);
  }
  using _again = takeLock(path);
  assert.equal(statSync(path).size, 0);
});

test('the message names the process and its start; the lock ends with a holder that is killed', async (context) => {
  const path = lockPath(context);
  const before = Date.now();
  const child = await holder(context, path);
  let said = '';
  assert.throws(
    () => takeLock(path),
    (error: Error) => ((said = error.message), true),
  );
  assert.match(said, new RegExp(`holds ${path}: process ${child.pid}, since \\d{4}-`));
  const sinceMs = Date.parse(/since (\S+);/.exec(said)?.[1] ?? '');
  // btime is in whole seconds, and may be a second off.
  assert(Math.abs(sinceMs - before) < 5000, said);
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
  using _taken = takeLock(path);
});

test('a path that cannot be locked is an error of its own', () => {
  assert.throws(() => takeLock('/proc/no/such/lock'), /^UserError: locking \/proc\/no\/such\/lock/);
});
