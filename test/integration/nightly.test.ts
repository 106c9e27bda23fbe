// The nightly run with the real server and the real agent: nothing to do, no server, no turn, who owns the image's files.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { HOST, makeNightlyLab } from './nightly-lab.ts';
import type { NightlyLab } from './nightly-lab.ts';

const STATE = 'var/lib/gutinteg';
const reports = ({ root }: NightlyLab): string[] =>
  existsSync(join(root, STATE, 'reports')) ? readdirSync(join(root, STATE, 'reports')) : [];

async function adopted(stack: AsyncDisposableStack): Promise<NightlyLab> {
  const lab = await makeNightlyLab(stack);
  const { exitCode, stdout, stderr } = await lab.adopt();
  assert.equal(exitCode, 0, stdout + stderr);
  return lab;
}

test('the same generation: nothing is fetched; damaged copies are', async () => {
  await using stack = new AsyncDisposableStack();
  const lab = await adopted(stack);
  const store = join(lab.site.stateDir, 'store');
  const manifests = join(lab.root, STATE, 'manifests');
  const written = readdirSync(manifests).map((name) => statSync(join(manifests, name)).ino);
  // The server knows them by heart, and could not serve one.
  for (const name of ['manifests', 'packs']) {
    renameSync(join(store, name), join(lab.site.stateDir, name));
    mkdirSync(join(store, name));
  }
  await lab.edit('etc/hostname', 'changed by hand\n');
  const run = await lab.agent([]);
  assert.match(run.stdout, /replaced \/etc\/hostname: was changed on this machine/);
  assert.equal(run.exitCode, 0, run.stdout + run.stderr);
  assert.equal(await lab.text('etc/hostname'), `${HOST}\n`);
  assert.deepEqual(
    readdirSync(manifests).map((name) => statSync(join(manifests, name)).ino),
    written,
  );
  // Bytes that are not what their name says, and a signature that is none, are not used: they are fetched again.
  for (const name of readdirSync(manifests)) writeFileSync(join(manifests, name), 'damaged');
  // Nothing was touched, so that none is needed.
  assert.equal((await lab.agent(['--check-only'])).exitCode, 0);
  await lab.edit('etc/hostname', 'changed by hand\n');
  const check = await lab.agent(['--check-only']);
  assert.equal(check.exitCode, 1, check.stdout);
  assert.match(check.stderr, /this machine has no copy/);
  rmSync(join(store, 'manifests'), { recursive: true });
  renameSync(join(lab.site.stateDir, 'manifests'), join(store, 'manifests'));
  const mended = await lab.agent([]);
  assert.equal(mended.exitCode, 0, mended.stdout + mended.stderr);
  assert.match(mended.stdout, /replaced \/etc\/hostname/);
  assert.equal((await lab.agent(['--check-only'])).exitCode, 0);
});

test('the server is away: what is known is put right, the rest is named, the reports arrive later', async () => {
  await using stack = new AsyncDisposableStack();
  const lab = await adopted(stack);
  await lab.stopServer();
  await lab.edit('etc/hostname', 'changed by hand\n');
  await lab.edit('etc/profile.d/lab.sh', 'changed by hand\n');
  const looked = await lab.agent(['--check-only']);
  assert.equal(looked.exitCode, 3, looked.stderr);
  assert.match(looked.stdout, /2 paths would change/);
  assert.match(
    looked.stdout,
    /checked against generation [0-9a-f]{12}, the last one installed; the server was not asked/,
  );
  const asked = await lab.agent(['--dry-run', '--patience', '0']);
  assert.equal(asked.exitCode, 1);
  assert.match(asked.stderr, /planning without the server.*try: gutinteg --check-only/s);

  const first = await lab.agent(['--patience', '0']);
  assert.equal(first.exitCode, 1, first.stderr);
  assert.match(first.stdout, /replaced \/etc\/hostname/);
  assert.match(first.stdout, /error: etc\/profile\.d\/lab\.sh could not be updated: .*the server is away/);
  assert.match(first.stdout, /the server has been away since (\S+): checked against generation/);
  assert.equal(await lab.text('etc/hostname'), `${HOST}\n`);
  assert.equal(await lab.text('etc/profile.d/lab.sh'), 'changed by hand\n');
  await lab.edit('etc/profile.d/lab.sh', 'changed again\n');

  const since = /away since (\S+):/.exec(first.stdout)?.[1];
  const second = await lab.agent(['--patience', '0', '--json']);
  const report = JSON.parse(second.stdout) as { serverAway: { sinceMs: number } };
  assert.equal(new Date(report.serverAway.sinceMs).toISOString(), since);
  assert.equal(reports(lab).length, 2);
  assert.equal(statSync(join(lab.root, STATE, 'reports', reports(lab)[0] ?? '')).mode & 0o777, 0o600);

  await lab.startServer();
  const back = await lab.agent([]);
  assert.equal(back.exitCode, 0, back.stdout + back.stderr);
  assert.doesNotMatch(back.stdout, /away/);
  assert.notEqual(await lab.text('etc/profile.d/lab.sh'), 'changed again\n');
  assert.deepEqual(reports(lab), []);
  assert.equal(existsSync(join(lab.root, STATE, 'server-away')), false);
  const { timeline, lastReport } = await lab.control.status(HOST);
  assert.equal(timeline.filter(({ text }) => /a run of .* without this server, away since/.test(text)).length, 1);
  assert.equal(timeline.find(({ text }) => text.includes('without this server'))?.count, 2);
  assert.equal(lastReport?.report.serverAway, undefined);
});

test('right, but without the server: exit code 4; with nothing known, an error', async () => {
  await using stack = new AsyncDisposableStack();
  const lab = await adopted(stack);
  await lab.stopServer();
  const right = await lab.agent(['--patience', '0']);
  assert.equal(right.exitCode, 4, right.stdout + right.stderr);
  assert.match(right.stdout, /^0 paths changed/m);
  rmSync(join(lab.root, STATE, 'lookup.json'));
  const lost = await lab.agent(['--patience', '0']);
  assert.equal(lost.exitCode, 1);
  assert.match(lost.stderr, /this machine has no description of its own yet/);
  assert.equal((await lab.agent(['--check-only'])).exitCode, 2);
});

test('runs take turns; what is asked wrongly is told', async () => {
  await using stack = new AsyncDisposableStack();
  const lab = await adopted(stack);
  const lock = join(lab.root, 'run/gutinteg.lock');
  const program = `import { DatabaseSync } from 'node:sqlite'; globalThis.db = new DatabaseSync(process.argv[1]); globalThis.db.exec('BEGIN EXCLUSIVE'); console.log('held'); setInterval(() => {}, 1e6);`;
  const holder = spawn(process.execPath, ['--input-type=module', '--eval', program, lock]);
  const ended = once(holder, 'exit');
  stack.defer(async () => {
    holder.kill('SIGKILL');
    await ended;
  });
  await once(holder.stdout, 'data');
  for (const words of [[], ['--check-only']]) {
    const { exitCode, stderr } = await lab.agent(words);
    assert.equal(exitCode, 1);
    assert.match(
      stderr,
      new RegExp(`another run of gutinteg holds ${lock}: process ${holder.pid}, since 2.*nothing was changed`),
    );
  }
  holder.kill('SIGKILL');
  await ended;
  assert.equal((await lab.agent([])).exitCode, 0);
  const wrong: readonly [string[], RegExp][] = [
    [['--dry-run', '--check-only'], /give one of them/],
    [['--patience', 'long'], /not a number of seconds/],
    [['--no-such'], /unknown option/],
    [['nonsense'], /too many arguments|unknown command/],
  ];
  for (const [words, said] of wrong) {
    const { exitCode, stderr } = await lab.agent(words);
    assert.match(stderr, said);
    assert.equal(exitCode, 2, words.join(' '));
  }
  const help = await lab.agent(['--help']);
  assert.equal(help.exitCode, 0);
  assert.match(help.stdout, /Exit codes: 0 .*Examples:\n {2}gutinteg {17}put right/s);
});

test('OSMODE: the files of the image are kept, or left to the package manager', async () => {
  await using stack = new AsyncDisposableStack();
  const lab = await adopted(stack);
  await lab.edit('etc/os-release', 'ID=other\n');
  const image = await lab.agent([]);
  assert.match(image.stdout, /replaced \/etc\/os-release: was changed on this machine/);
  assert.equal(await lab.text('etc/os-release'), 'ID=debian\n');

  await lab.site.edit('machdb/30-machines.db', 'MAC=52:54:00:77:00:02', 'MAC=52:54:00:77:00:02\n    OSMODE=packages');
  await lab.stopServer();
  await lab.startServer();
  await lab.edit('etc/os-release', 'ID=upgraded\n');
  await lab.edit('etc/hostname', 'changed by hand\n');
  rmSync(join(lab.root, 'boot/vmlinuz-6.1'));
  const packages = await lab.agent(['--json']);
  const { changes } = JSON.parse(packages.stdout) as { changes: { path: string }[] };
  assert.deepEqual(
    changes.map(({ path }) => path),
    ['/etc/hostname'],
  );
  assert.equal(await lab.text('etc/os-release'), 'ID=upgraded\n');
  assert.equal(existsSync(join(lab.root, 'boot/vmlinuz-6.1')), false);
  assert.equal((await lab.agent([])).exitCode, 0);
});

test('an edit that was put back is listed, and brought back with one command', async () => {
  await using stack = new AsyncDisposableStack();
  const lab = await adopted(stack);
  await lab.edit('etc/hostname', 'changed by hand\n');
  assert.equal((await lab.agent([])).exitCode, 0);
  const listed = await lab.agent(['history', '/etc/hostname', '--root', lab.root]);
  assert.match(
    listed.stdout,
    /^ +\d+ {2}\d{4}-\S+ \S+ {2}\/etc\/hostname {2}\d{4} 0:0, 16 bytes {2}was edited on this/,
  );
  const restored = await lab.agent(['restore', '/etc/hostname', '--root', lab.root]);
  assert.equal(restored.exitCode, 0, restored.stderr);
  assert.equal(await lab.text('etc/hostname'), 'changed by hand\n');
  for (const [words, said] of [
    [['restore', '/etc/hostname', '--version', '999'], /etc\/hostname: there is no version 999/],
    [['restore', '/../etc/hostname'], /is not a path of this machine/],
    [['restore', '/etc/nothing'], /nothing was kept/],
  ] as const) {
    const refused = await lab.agent([...words, '--root', lab.root]);
    assert.equal(refused.exitCode, 2, refused.stdout);
    assert.match(refused.stderr, said);
  }
});
