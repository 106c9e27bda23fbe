// `gutinteg fleet window` and `schedule` as people type them, against a real server: what is printed, and the exit codes.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { after, before, test } from 'node:test';
import { makeAdmission } from '../../fleet/enrolment/admissions.ts';
import { serveFleet } from '../../fleet/serve-fleet.ts';
import { joinJobHost } from '../../fleet/testing/job-host.ts';
import { makeCertificate } from '../../fleet/tls/make-certificate.ts';
import { createLog } from '../../lib/log.ts';
import { runCommand } from '../../lib/run-command.ts';
import { scratchDirectory } from '../helpers/loop-disk.ts';

const GUTINTEG = join(import.meta.dirname, '../../bin/gutinteg');
const cleanup = new AsyncDisposableStack();
after(() => cleanup.disposeAsync());
const state = await scratchDirectory(cleanup);
const directory = join(state, 'fleet/tls');
await makeCertificate({ directory, run: runCommand, names: ['127.0.0.1'], days: 30, newKey: false });
const log = createLog('test', 'silent');
const { fleet, close } = await serveFleet({ stateDir: state, address: '127.0.0.1', port: 0, log });
cleanup.defer(close);

before(async () => {
  const times = { createdAt: Date.now(), expiresAt: Date.now() + 3_600_000 };
  const admission = { kind: 'site', site: 'north', approves: true, createdBy: 'test', ...times } as const;
  const token = await fleet.store.transaction((transaction) => makeAdmission(transaction, admission));
  const host = await joinJobHost(fleet, {
    name: 'web1',
    token,
    installed: { jq: '1.6-2' },
    candidates: { jq: '1.6-3' },
  });
  await host.come();
  await host.come();
});

async function type(...words: readonly string[]) {
  const argv: [string, ...string[]] = [GUTINTEG, 'fleet', ...words, '--state', state];
  const { exitCode, stdout, stderr } = await runCommand(argv, { okExitCodes: [0, 1, 2, 3], timeoutMs: 60_000 });
  return { exitCode, stdout, stderr };
}

/** The server looks at schedules every ten seconds. */
async function until(look: () => Promise<string>, wanted: RegExp): Promise<void> {
  const endMs = Date.now() + 60_000;
  for (;;) {
    const seen = await look();
    if (wanted.test(seen)) return;
    assert.ok(Date.now() < endMs, seen);
    await delay(200);
  }
}

const BERLIN = ['--zone', 'Europe/Berlin'];

test('a window is saved, shown with its next times, and listed', async () => {
  assert.match((await type('window', 'list')).stdout, /^no window has been saved$/m);
  const saved = await type('window', 'save', 'night', '0 2 * * *', ...BERLIN, '--duration', '2h');
  assert.equal(saved.exitCode, 0, saved.stderr);
  assert.match(saved.stdout, /^window night: 0 2 \* \* \*, Europe\/Berlin, for 2 h; saved by local\nopens/);
  assert.equal(
    saved.stdout.match(/^ {2}\w{3} \d{4}-\d\d-\d\d 0[23]:00 Europe\/Berlin \(UTC\+0[12]:00\)$/gm)?.length,
    5,
  );
  assert.equal((await type('window', 'show', 'night')).stdout, saved.stdout);
  assert.match((await type('window', 'list')).stdout, /^night\s+0 2 \* \* \*\s+2 h\s+/m);
  const { windows } = JSON.parse((await type('window', 'list', '--json')).stdout) as { windows: { name: string }[] };
  assert.deepEqual(
    windows.map(({ name }) => name),
    ['night'],
  );
});

const bad: readonly (readonly [words: readonly string[], exitCode: number, says: RegExp])[] = [
  [['window', 'save', 'x', '0 2 8-14 * sat', ...BERLIN, '--duration', '2h'], 2, /sat#2 is the second Saturday/],
  [['window', 'save', 'x', '0 2 * * *', '--zone', 'CEST', '--duration', '2h'], 2, /CEST is no time zone/],
  [['window', 'save', 'x', '0 2 * * *', ...BERLIN, '--duration', '5s'], 2, /durationSeconds/],
  [['window', 'show', 'nigth'], 2, /there is no window nigth/],
  [['schedule', 'save', 'weekly', '@weekly', ...BERLIN, '--like', '99'], 2, /there is no job 99/],
  [['schedule', 'pause', 'weekly'], 2, /there is no schedule weekly/],
];
test('what is wrong is refused in words', async () => {
  for (const [words, exitCode, says] of bad) {
    const refused = await type(...words);
    assert.match(refused.stderr, says, words.join(' '));
    assert.equal(refused.exitCode, exitCode, words.join(' '));
  }
});

test('a schedule like a job is saved, paused, resumed, and taken away', async () => {
  const made = await type('update', '--all', '--window', 'night', '--dry-run', '--json');
  const { id } = JSON.parse(made.stdout) as { id: number };
  const saved = await type('schedule', 'save', 'weekly', '0 12 * * fri', ...BERLIN, '--like', `${id}`, '--approve');
  assert.equal(saved.exitCode, 0, saved.stderr);
  assert.match(saved.stdout, /^schedule weekly: update lists on .*; 0 12 \* \* fri, Europe\/Berlin; saved by local$/m);
  assert.match(saved.stdout, /^its jobs begin by themselves$/m);
  assert.match(saved.stdout, /^hosts are changed within window night$/m);
  assert.equal(saved.stdout.match(/^ {2}Fri \d{4}-\d\d-\d\d 12:00 Europe\/Berlin/gm)?.length, 5);
  // As its time comes, the server makes a job by itself, which waits for nobody.
  await fleet.store.queries.updateTable('schedules').set({ nextAt: Date.now() }).execute();
  await until(async () => (await type('jobs')).stdout, /running.*update lists/);
  assert.match((await type('job', String(id + 1))).stdout, /^ {2}schedule: weekly$/m);
  await type('cancel', String(id + 1));
  const needed = await type('window', 'remove', 'night');
  assert.deepEqual([needed.exitCode, /needed by schedule weekly/.test(needed.stderr)], [1, true]);
  assert.match((await type('schedule', 'pause', 'weekly')).stdout, /^next: paused by local$/m);
  assert.match((await type('schedule', 'list')).stdout, /^weekly\s+update lists\s+paused by local\s+job \d+/m);
  assert.match((await type('schedule', 'resume', 'weekly')).stdout, /^next:\n {2}Fri /m);
  assert.equal((await type('schedule', 'remove', 'weekly')).exitCode, 0);
  assert.equal((await type('window', 'remove', 'night')).exitCode, 0);
});
