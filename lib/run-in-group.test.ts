import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { runInGroup } from './run-in-group.ts';
import type { GroupOptions } from './run-in-group.ts';

const limits: GroupOptions = {
  env: { PATH: process.env['PATH'] ?? '', A: 'b c' },
  cwd: '/',
  timeoutMs: 20_000,
  tailBytes: 8192,
};

// One that nobody has waited for yet is as dead as any.
const isAlive = (pid: number): boolean => {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'latin1'));
  } catch {
    return false;
  }
};

async function waitForDeath(pid: number): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (isAlive(pid)) {
    assert(performance.now() < deadline, `process ${pid} is still alive`);
    await delay(20);
  }
}

test('exit code, output, environment and standard input are what they should be', async () => {
  const script =
    'pwd; env | grep -cv "^\\(A\\|PATH\\|PWD\\|_\\|SHLVL\\|OLDPWD\\)="; echo "$A"; cat; echo late >&2; exit 3';
  const result = await runInGroup(['sh', '-c', script], limits);
  assert.deepEqual(result, { exitCode: 3, timedOut: false, output: '/\n0\nb c\nlate\n' });
});

test('a program that does not exist', async () => {
  assert.deepEqual(await runInGroup(['no-such-program'], limits), {
    startError: 'ENOENT',
    timedOut: false,
    output: '',
  });
});

test('a signal is named', async () => {
  const result = await runInGroup(['sh', '-c', 'kill -KILL $$'], limits);
  assert.deepEqual(result, { signal: 'SIGKILL', timedOut: false, output: '' });
});

test('of much output the end is kept, and no half character', async () => {
  const { output } = await runInGroup(['sh', '-c', 'yes 0123456789 | head -n 200000; printf ééé'], {
    ...limits,
    tailBytes: 5,
  });
  assert.equal(output, 'éé');
});

test('when the time is over, children of children end too, even those that do not want to', async () => {
  const script = 'sh -c "trap \'\' TERM; echo \\$\\$; while :; do sleep 1; done" & wait';
  const result = await runInGroup(['sh', '-c', script], { ...limits, timeoutMs: 500, graceMs: 200 });
  assert.equal(result.timedOut, true);
  const grandchild = Number(result.output);
  assert(grandchild > 1, result.output);
  await waitForDeath(grandchild);
});

test('a child that is left behind with the pipes is not waited for, and lives', async () => {
  const started = performance.now();
  const result = await runInGroup(['sh', '-c', 'sleep 30 & echo $!'], limits);
  const left = Number(result.output);
  try {
    assert.deepEqual([result.exitCode, result.timedOut], [0, false]);
    assert(performance.now() - started < 10_000);
    assert.equal(isAlive(left), true);
  } finally {
    process.kill(left);
  }
});
