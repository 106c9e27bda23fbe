import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runHook } from './run-hooks.ts';

const hook = { radix: 'x', path: '/usr/lib/update-cluster/x.updatelist', overrides: undefined, skipped: undefined };
const runWith = async (startError: string) =>
  await runHook(hook, {
    file: '/c.xml',
    timeoutSeconds: 1,
    programs: '/p',
    run: async () => ({ startError, timedOut: false, output: '' }),
  });

test('a script whose interpreter is missing is not said to be missing itself', async () => {
  const { status, ending } = await runWith('ENOENT');
  assert.equal(status, 'failed');
  assert.match(ending, /^could not be started: the program in its first line \(#!\) does not exist, .* CR$/);
  assert.equal((await runWith('EACCES')).ending, 'could not be started: EACCES');
});
