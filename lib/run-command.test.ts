import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandError, runCommand } from './run-command.ts';
import { runPlainly } from './run-plainly.ts';

const runners = { runCommand, runPlainly };

for (const [name, run] of Object.entries(runners)) {
  test(`${name}: a program that is cancelled fails with the reason, whether or not its lines are heard`, async () => {
    for (const onLine of [undefined, () => undefined]) {
      const canceller = new AbortController();
      const reason = new Error('interrupted by a person');
      const running = run(['sleep', '60'], {
        signal: canceller.signal,
        ...(onLine === undefined ? {} : { onLine }),
      });
      canceller.abort(reason);
      await assert.rejects(running, reason);
    }
  });

  test(`${name}: a program that ends with another exit code is named with its last words`, async () => {
    await assert.rejects(run(['ls', '/no/such/file']), (error) => {
      assert(error instanceof CommandError);
      assert.match(error.message, /^ls \/no\/such\/file: exit code 2\n.*No such file/);
      return true;
    });
  });

  test(`${name}: a program that does not exist is named`, async () => {
    await assert.rejects(run(['no-such-program']), /^CommandError: no-such-program: could not be started$/);
  });

  test(`${name}: a program that a signal has ended is named with the signal`, async () => {
    await assert.rejects(run(['sh', '-c', 'kill -KILL $$']), (error: Error) => {
      assert.ok(error instanceof CommandError);
      assert.deepEqual([error.signal, error.result?.exitCode], ['SIGKILL', -1]);
      return /was ended by SIGKILL/.test(error.message);
    });
  });

  test(`${name}: input, environment, directory and lines`, async () => {
    const lines: string[] = [];
    const { stdout, stderr } = await run(['sh', '-c', 'cat; echo "$LC_ALL $MORE $PWD"; echo last >&2'], {
      stdin: 'from here\n',
      env: { MORE: 'more' },
      cwd: '/usr',
      onLine: (line) => void lines.push(line),
    });
    assert.equal(stdout, 'from here\nC more /usr\n');
    assert.equal(stderr, 'last\n');
    assert.deepEqual(lines.sort(), ['C more /usr', 'from here', 'last']);
  });

  test(`${name}: bytes as characters`, async () => {
    const { stdout } = await run(['printf', '\\377'], { stdoutEncoding: 'latin1' });
    assert.equal(stdout, '\xff');
  });

  test(`${name}: a program that does not read its input, and one that takes too long`, async () => {
    assert.equal((await run(['true'], { stdin: 'x'.repeat(1_000_000) })).exitCode, 0);
    await assert.rejects(run(['sleep', '60'], { timeoutMs: 50 }), (error: Error) => {
      assert.ok(error instanceof CommandError);
      return error.signal === 'SIGTERM' && error.message.startsWith('sleep 60: no end after 50 ms');
    });
  });

  test(`${name}: an exit code that is not a failure`, async () => {
    assert.equal((await run(['sh', '-c', 'exit 3'], { okExitCodes: [0, 3] })).exitCode, 3);
  });
}

// With execa, it does.
test('runPlainly: a child that it leaves behind does not outlast the limit', async () => {
  const started = performance.now();
  await assert.rejects(runPlainly(['sh', '-c', 'echo last words; sleep 20 &'], { timeoutMs: 200 }), (error: Error) => {
    assert.ok(error instanceof CommandError);
    return error.message.startsWith('sh -c echo last words; sleep 20 &: no end after 200 ms\nlast words');
  });
  assert(performance.now() - started < 10_000);
});
