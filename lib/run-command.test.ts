import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandError, runCommand } from './run-command.ts';

test('a program that is cancelled fails with the reason, whether or not its lines are heard', async () => {
  for (const onLine of [undefined, () => undefined]) {
    const canceller = new AbortController();
    const reason = new Error('interrupted by a person');
    const running = runCommand(['sleep', '60'], {
      signal: canceller.signal,
      ...(onLine === undefined ? {} : { onLine }),
    });
    canceller.abort(reason);
    await assert.rejects(running, reason);
  }
});

test('a program that ends with another exit code is named with its last words', async () => {
  await assert.rejects(runCommand(['ls', '/no/such/file']), (error) => {
    assert(error instanceof CommandError);
    assert.match(error.message, /^ls \/no\/such\/file: exit code 2\n.*No such file/);
    return true;
  });
});

test('a program that does not exist is named', async () => {
  await assert.rejects(runCommand(['no-such-program']), /^CommandError: no-such-program: could not be started$/);
});

test('a program that a signal has ended is named with the signal', async () => {
  await assert.rejects(runCommand(['sh', '-c', 'kill -KILL $$']), (error: Error) => {
    assert.ok(error instanceof CommandError);
    assert.deepEqual([error.signal, error.result?.exitCode], ['SIGKILL', -1]);
    return /was ended by SIGKILL/.test(error.message);
  });
});

test('a child that a program leaves behind does not outlast the limit', async () => {
  const started = performance.now();
  await assert.rejects(
    runCommand(['sh', '-c', 'echo last words; sleep 20 &'], { timeoutMs: 200 }),
    /no end after 200 ms\nlast words/,
  );
  assert(performance.now() - started < 5000);
});
