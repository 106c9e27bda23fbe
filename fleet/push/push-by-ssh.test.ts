import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RunCommand } from '../../lib/run-command.ts';
import { describeResult, pushBySsh } from './push-by-ssh.ts';

test('hosts are asked a few at a time, with arguments of their own, and answered for in order', async () => {
  let [running, most] = [0, 0];
  const seen: string[][] = [];
  const run: RunCommand = async (argv) => {
    seen.push([...argv]);
    most = Math.max(most, (running += 1));
    await new Promise((resolve) => setImmediate(resolve));
    running -= 1;
    if (argv.includes('bad')) throw new Error('timed out');
    return { exitCode: argv.includes('old') ? 127 : 0, stdout: 'done: nothing new\n', stderr: '' };
  };
  const hosts = ['a', 'b', 'bad', '-oProxyCommand=x', 'old'];
  const results = await pushBySsh({ hosts, run, user: 'ops', atOnce: 2 });
  assert.deepEqual(
    results.map(({ host, isDone }) => [host, isDone]),
    [
      ['a', true],
      ['b', true],
      ['bad', false],
      ['-oProxyCommand=x', true],
      ['old', false],
    ],
  );
  assert.equal(most, 2);
  for (const argv of seen) assert.equal(argv.indexOf('--'), argv.length - 3, 'a name is no option');
});

const cases: [stderr: string, exitCode: number, says: RegExp][] = [
  ['ops@web1: Permission denied (publickey).', 255, /login was rejected/],
  ['ssh: connect to host web1 port 22: Connection timed out', 255, /no answer within/],
  ['ssh: connect to host web1 port 22: Connection refused', 255, /no ssh server/],
  ['ssh: Could not resolve hostname web1: Name or service not known', 255, /nobody knows its name/],
  ['Host key verification failed.', 255, /host key is not known here .*ssh-keyscan/],
  [
    'WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!\nHost key verification failed.',
    255,
    /host key is not the known one .*ssh-keygen -R/,
  ],
  ['something new', 255, /ssh: something new/],
  ['busy: the server is busy', 1, /the server is busy/],
  ['sh: 1: gutinteg-fleet: not found', 127, /not installed/],
];
for (const [stderr, exitCode, says] of cases) {
  test(`ssh says ${stderr}`, () => {
    const { isDone, message } = describeResult({ exitCode, stdout: '', stderr });
    assert.equal(isDone, false);
    assert.match(message, says);
  });
}
