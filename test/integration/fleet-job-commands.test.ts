// `gutinteg fleet upgrade` and its like as people type them, against a real server, with hosts that do what they are told: from the plan
// on a terminal of 80 columns to the exit code.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { after, before, test } from 'node:test';
import { makeAdmission } from '../../fleet/enrolment/admissions.ts';
import { serveFleet } from '../../fleet/serve-fleet.ts';
import { joinJobHost } from '../../fleet/testing/job-host.ts';
import type { JobHost, JobHostOptions } from '../../fleet/testing/job-host.ts';
import { makeCertificate } from '../../fleet/tls/make-certificate.ts';
import { createLog } from '../../lib/log.ts';
import { runCommand } from '../../lib/run-command.ts';
import type { CommandResult } from '../../lib/run-command.ts';
import { scratchDirectory } from '../helpers/loop-disk.ts';

const GUTINTEG = join(import.meta.dirname, '../../bin/gutinteg');
const cleanup = new AsyncDisposableStack();
after(() => cleanup.disposeAsync());
const state = await scratchDirectory(cleanup);
await makeCertificate({
  directory: join(state, 'fleet/tls'),
  run: runCommand,
  names: ['127.0.0.1'],
  days: 30,
  newKey: false,
});
const log = createLog('test', 'silent');
const { fleet, close } = await serveFleet({ stateDir: state, address: '127.0.0.1', port: 0, log });
cleanup.defer(close);

const hosts: JobHost[] = [];
before(async () => {
  const times = { createdAt: Date.now(), expiresAt: Date.now() + 3_600_000 };
  const admission = { kind: 'site', site: 'north', approves: true, createdBy: 'test', ...times } as const;
  const token = await fleet.store.transaction((transaction) => makeAdmission(transaction, admission));
  const join = async (name: string, jq: string, end?: JobHostOptions['end']): Promise<void> => {
    const lists = { installed: { jq, bash: '5.2-1' }, candidates: { jq: '1.6-3', bash: '5.2-2 security' } };
    const host = await joinJobHost(fleet, { name, token, ...lists, ...(end === undefined ? {} : { end }) });
    await host.come();
    await host.come();
    hosts.push(host);
  };
  await join('web1', '1.6-2');
  await join('web2', '1.6-2');
  await join('db1', '1.6-1', () => ({
    outcome: 'failed',
    text: 'the disk is full\nand no package was changed',
    changesNothing: true,
  }));
});

/** Hosts check in again and again, until it is done. */
async function whileHostsCome<T>(work: Promise<T>): Promise<T> {
  const over = new AbortController();
  const ended = work.finally(() => {
    over.abort();
  });
  // A rejection is the caller's, below.
  ended.catch(() => {});
  while (!over.signal.aborted) {
    for (const host of hosts) await host.come();
    await delay(50);
  }
  return ended;
}

const argvOf = (words: readonly string[]): [string, ...string[]] => [GUTINTEG, 'fleet', ...words, '--state', state];

const type = (...words: readonly string[]): Promise<CommandResult> =>
  whileHostsCome(runCommand(argvOf(words), { okExitCodes: [0, 1, 2, 3], stdin: '', timeoutMs: 60_000 }));

const jobNumber = (text: string): string => /\bjob (\d+)/.exec(text)?.[1] ?? assert.fail(text);

/** Runs a program on a terminal of 80 columns; types a line as soon as it is asked. Prints what a person would see. */
const TERMINAL = `
import fcntl, os, pty, struct, sys, termios
answer, argv = sys.argv[1], sys.argv[2:]
child, fd = pty.fork()
if child == 0:
    os.execv(argv[0], argv)
fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack('HHHH', 24, 80, 0, 0))
seen, answered = b'', False
while True:
    try:
        part = os.read(fd, 4096)
    except OSError:
        break
    if not part: break
    seen += part
    if not answered and b'[y/N] ' in seen:
        answered = True
        os.write(fd, answer.encode() + b'\\n')
sys.stdout.buffer.write(seen)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
`;

async function typeOnTerminal(answer: string, ...words: readonly string[]): Promise<CommandResult> {
  const file = join(state, 'terminal.py');
  await writeFile(file, TERMINAL);
  const argv = ['python3', file, answer, ...argvOf(words)] as const;
  return whileHostsCome(runCommand(argv, { okExitCodes: [0, 1, 2, 3], timeoutMs: 60_000 }));
}

test('an upgrade is seen, answered, and waited for, on a terminal', async () => {
  const { stdout, exitCode } = await typeOnTerminal(
    'y',
    'upgrade',
    'jq',
    '--class',
    'name~web*',
    '--test-first',
    'web1',
    '--wait',
  );
  assert.match(stdout, /upgrade jq on 2 hosts; nothing has been changed yet/);
  assert.match(stdout, /jq {2}1\.6-2 -> 1\.6-3 {2}2 hosts/);
  assert.match(stdout, /name=web1 first; then of the rest/);
  assert.match(stdout, /upgrade jq on 2 hosts\? \[y\/N\]/);
  assert.match(stdout, /is done: 2 done/);
  assert.equal(exitCode, 0, stdout);
  assert.deepEqual(
    hosts.slice(0, 2).map(({ installed }) => installed['jq']),
    ['1.6-3', '1.6-3'],
  );
});

test('a no changes nothing, and says how to come back to it', async () => {
  const { stdout, exitCode } = await typeOnTerminal('', 'upgrade', 'bash', '--host', 'web1');
  assert.match(stdout, /job \d+ stays planned\. Later: gutinteg fleet approve \d+/);
  assert.equal(exitCode, 0);
  assert.equal(hosts[0]?.installed['bash'], '5.2-1');
  const cancelled = await type('cancel', jobNumber(stdout));
  assert.match(cancelled.stdout, /is cancelled; what hosts have done stays/);
});

test('without a terminal the next command is named, and it goes on from there', async () => {
  const made = await type('upgrade', '--security', '--host', 'web2');
  const job = jobNumber(made.stdout);
  assert.match(made.stdout, /bash {2}5\.2-1 -> 5\.2-2 {2}1 host/);
  assert.match(made.stderr, new RegExp(`To go on: gutinteg fleet approve ${job}\\.`));
  const ended = await type('approve', job, '--wait');
  assert.match(ended.stdout, new RegExp(`job ${job} is done: 1 done`));
  assert.equal(ended.exitCode, 0);
  const shown = await type('job', job, '--host', 'web2');
  assert.match(shown.stdout, /^web2 done, .*\nchanged:\n {2}bash 5\.2-1 -> 5\.2-2\n$/);
});

test('an upgrade is undone: the warning is shown, and the host has what it had', async () => {
  const made = await type('upgrade', 'bash', '--host', 'web1', '--yes', '--wait');
  assert.equal(made.exitCode, 0, made.stderr);
  const job = jobNumber(made.stdout);
  const undone = await type('undo', job, '--yes', '--wait');
  assert.match(undone.stderr, /^warning: programs that packages run when they are upgraded are not undone/);
  assert.match(
    undone.stdout,
    /: bring back bash on 1 host; nothing has been changed yet\n.*Changes:\n {2}bash +5\.2-2 -> 5\.2-1/s,
  );
  assert.equal(undone.exitCode, 0, undone.stderr);
  assert.match((await type('job', job)).stdout, new RegExp(`undone: +by job ${jobNumber(undone.stdout)}`));
  const again = await type('undo', job);
  assert.match(again.stderr, /nothing of job .* can be undone: its hosts are as they were before/);
  assert.equal(again.exitCode, 1);
});

test('what is there already is said with its version, and no job stays behind', async () => {
  const { stdout, stderr, exitCode } = await type('install', 'jq', '--host', 'web1', '--yes');
  assert.match(stdout, /Nothing to do on 1 host/);
  assert.match(stdout, /web1 has jq 1\.6-3 already/);
  assert.match(stderr, /there is nothing to do, and job \d+ is cancelled/);
  assert.equal(exitCode, 0);
});

test('a host that failed is named with its reason, and the exit code says so', async () => {
  const { stdout, exitCode } = await type('upgrade', 'jq', '--host', 'db1', '--yes', '--wait');
  assert.match(stdout, /is done: 1 failed\nNOT AS WANTED:\n/);
  assert.match(stdout, /^ {2}db1 failed, .*: the disk is full\n {4}and no package was changed$/m);
  assert.equal(exitCode, 3);
  const list = await type('jobs');
  assert.match(list.stdout, /^JOB +STATE +HOSTS +DONE +OPEN +FAILED +MADE +WHAT\n\d+ +done +1 +0 +0 +1 /);
});

test('Ctrl-C ends the waiting, and not the job', async () => {
  // Hosts do not come meanwhile, so it goes on for as long as is needed.
  const made = await type('update', '--host', 'web1', '--yes');
  const job = jobNumber(made.stderr);
  const child = spawn(GUTINTEG, argvOf(['wait', job]).slice(1), { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  const began = Promise.withResolvers<void>();
  child.stderr.on('data', (part: Buffer) => {
    said += part.toString();
    began.resolve();
  });
  await began.promise;
  child.kill('SIGINT');
  await once(child, 'exit');
  assert.match(said, new RegExp(`job ${job} goes on without being watched; gutinteg fleet wait ${job}`));
  const { stdout } = await runCommand(argvOf(['job', job]));
  assert.match(stdout, /state: +running/);
  assert.equal((await type('wait', job)).exitCode, 0);
});

test('a job is paused, goes on, and is cancelled; JSON says the same', async () => {
  const made = await runCommand(argvOf(['reboot', '--host', 'web1', '--yes', '--json']));
  const { id } = JSON.parse(made.stdout) as { id: number };
  const stateOf = async () =>
    (JSON.parse((await runCommand(argvOf(['job', `${id}`, '--json']))).stdout) as { state: string }).state;
  assert.equal(await stateOf(), 'running');
  for (const [word, expected] of [
    ['pause', 'paused'],
    ['resume', 'running'],
    ['halt', 'halted'],
    ['cancel', 'cancelled'],
  ] as const) {
    await runCommand(argvOf([word, `${id}`, '--why', 'a test']));
    assert.equal(await stateOf(), expected);
  }
  const refused = await type('resume', `${id}`);
  assert.match(refused.stderr, /is cancelled, so it cannot be resumed/);
  assert.notEqual(refused.exitCode, 0);
  assert.equal((await type('wait', `${id}`)).exitCode, 1);
});

test('a source is checked before a job is made of it', async () => {
  const file = join(state, 'lab.sources');
  await writeFile(file, 'Types: deb\nURIs: https://me:secret@mirror.example.test/\nSuites: stable\nTrusted: yes\n');
  const bad = await type('sources', 'set', 'lab', '--file', file, '--host', 'web1');
  assert.match(bad.stderr, /source:2: error: the URL has a password.*source:4: error: Trusted is not a field/s);
  assert.equal(bad.exitCode, 2);
  const removed = await type('sources', 'remove', 'lab', '--host', 'web1', '--yes', '--wait');
  assert.match(removed.stdout, /remove source lab on 1 host; nothing has been changed yet\nNo package is changed/);
  assert.equal(removed.exitCode, 0, removed.stderr);
  assert.equal((await type('sources', 'remove', '../lab', '--host', 'web1')).exitCode, 2);
});

test('bad input is told before anything is made', async () => {
  const cases = [
    [['upgrade'], /no host is named/],
    [['upgrade', '--all', '--host', 'web1'], /exclude each other/],
    [['upgrade', '--host', 'web9'], /there is no host web9/],
    [['upgrade', '--class', 'site=south'], /no host fits site=south/],
    [['job', '999'], /no job 999/],
    [['approve', '999'], /no job 999/],
  ] as const;
  for (const [words, expected] of cases) {
    const { stderr, exitCode } = await type(...words);
    assert.match(stderr, expected, words.join(' '));
    assert.equal(exitCode, 2, words.join(' '));
  }
});

test('jobs, classes and packages are completed', async () => {
  await type('class', 'save', 'webs', 'name~web*');
  const site = await scratchDirectory(cleanup);
  await writeFile(join(site, 'site.yaml'), `state: ${state}\n`);
  const words = async (kind: string, prefix: string): Promise<string[]> => {
    const argv = [GUTINTEG, 'completion', 'words', kind, `--site=${site}`, `--prefix=${prefix}`] as const;
    return (await runCommand(argv)).stdout.split('\n').slice(0, -1);
  };
  assert.deepEqual(await words('class', 'w'), ['webs']);
  assert.ok((await words('job', '1')).includes('1'));
  assert.deepEqual(await words('fleet-package', 'ba'), ['bash']);
});
