// The units of `gutinteg service install`, as systemd judges them and as it runs them: a Debian of its own is made from
// packages and started by systemd-nspawn in a network namespace, and a client of another namespace boots from it.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { runCommand } from '../../lib/run-command.ts';
import type { Argv } from '../../lib/run-command.ts';
import { copyProgram } from '../helpers/program-copy.ts';
import { makeSmallSite } from '../helpers/small-site.ts';
import { askAsClient, connectTwo } from './service-lab.ts';

const PACKAGES = 'systemd,systemd-sysv,dbus,udev,iproute2,ipxe,libatomic1,libstdc++6';
/** Found in /proc by it; nobody else has such a site. */
const SITE = `/srv/site-${process.pid}`;
const UNIT = '/etc/systemd/system/gutinteg-server.service';
const MOST_EXPOSURE = 2;
const START_MS = 90_000;

const tree = await mkdtemp(join(tmpdir(), 'gutinteg-systemd-'));
after(() => rm(tree, { recursive: true, force: true }));

const inTree = (...argv: readonly string[]) =>
  runCommand(['unshare', '--mount', '--pid', '--fork', `--mount-proc=${tree}/proc`, 'chroot', tree, ...argv], {
    okExitCodes: [0, 1, 2],
    env: { SYSTEMD_COLORS: '0', SYSTEMD_URLIFY: '0' },
  });

/** A Debian with systemd, the program, a site and its state, which so far is root's. */
async function makeComputer(): Promise<void> {
  await runCommand(['mmdebstrap', '--variant=minbase', `--include=${PACKAGES}`, 'bookworm', tree], {
    timeoutMs: 300_000,
  });
  await copyProgram(join(tree, 'opt/gutinteg'));
  await using stack = new AsyncDisposableStack();
  const small = await makeSmallSite(stack);
  await cp(small.siteDir, join(tree, SITE), { recursive: true });
  await cp(small.stateDir, join(tree, 'var/lib/gutinteg'), { recursive: true });
}

await makeComputer();
const install = (...words: string[]) =>
  inTree(
    '/opt/gutinteg/bin/gutinteg',
    'service',
    'install',
    ...(words.includes('--site') ? [] : ['--site', SITE]),
    ...words,
  );

suite('service install', () => {
  test('a dry run shows the units and writes nothing', async () => {
    const { exitCode, stdout } = await install('--dry-run');
    assert.equal(exitCode, 0);
    assert.match(stdout, /new {7}\/etc\/systemd\/system\/gutinteg-server\.service\n/);
    assert.match(stdout, /\/var\/lib\/gutinteg\/keys\/site\.key: belongs to gutinteg:gutinteg\n/);
    assert.match(stdout, /^ExecStart=\/opt\/gutinteg\/bin\/gutinteg serve /m);
    assert.deepEqual(
      (await readdir(join(tree, 'etc/systemd/system'))).filter((name) => name.startsWith('gutinteg')),
      [],
    );
    assert.doesNotMatch(await readFile(join(tree, 'etc/passwd'), 'utf8'), /gutinteg/);
  });

  test('makes files, user and owners; a second call changes nothing', async () => {
    const first = await install();
    assert.deepEqual([first.exitCode, first.stderr], [0, '']);
    const again = await install();
    assert.equal(again.exitCode, 0);
    assert.equal(again.stdout.match(/^unchanged \//gm)?.length, 4, again.stdout);
    assert.doesNotMatch(again.stdout, /belongs to|made/);
    const owners = await inTree(
      'stat',
      '-c',
      '%U:%G %a %n',
      ...['', '/keys/site.key', '/store', '/store/packs', '/boot'].map((path) => `/var/lib/gutinteg${path}`),
    );
    assert.deepEqual(owners.stdout.trim().split('\n'), [
      'root:gutinteg 1770 /var/lib/gutinteg',
      'gutinteg:gutinteg 600 /var/lib/gutinteg/keys/site.key',
      'root:root 755 /var/lib/gutinteg/store',
      'gutinteg:gutinteg 755 /var/lib/gutinteg/store/packs',
      'root:root 755 /var/lib/gutinteg/boot',
    ]);
  });

  test('leaves a file that was edited by hand, until it is forced', async () => {
    const path = join(tree, UNIT);
    const before = await readFile(path, 'utf8');
    await writeFile(path, before.replace('RestartSec=5', 'RestartSec=50'));
    const refused = await install();
    assert.equal(refused.exitCode, 1);
    assert.match(
      refused.stderr,
      /gutinteg-server\.service was edited by hand, or is somebody else's; nothing was written/,
    );
    assert.match(await readFile(path, 'utf8'), /RestartSec=50/);
    assert.match(
      (await inTree('/opt/gutinteg/bin/gutinteg', 'service', 'uninstall', '--dry-run')).stdout,
      /left {4}\/etc\/systemd/,
    );
    assert.equal((await install('--force')).exitCode, 0);
    assert.equal(await readFile(path, 'utf8'), before);
  });

  test(`systemd finds no fault in the units, and an exposure of at most ${MOST_EXPOSURE}`, async (t) => {
    const units = ['gutinteg-server', 'gutinteg-prepare'].map((name) => `/etc/systemd/system/${name}.service`);
    const verified = await inTree('systemd-analyze', 'verify', '--man=no', ...units);
    assert.deepEqual([verified.exitCode, verified.stderr], [0, '']);
    const judged = await inTree('systemd-analyze', 'security', '--offline=true', '--no-pager', UNIT);
    const exposure = /Overall exposure level for gutinteg-server\.service: ([0-9.]+)/.exec(judged.stdout)?.[1];
    t.diagnostic(`exposure ${exposure}`);
    assert.ok(Number(exposure) <= MOST_EXPOSURE, judged.stdout);
  });

  test('systemd’s own tools make the same of the files for user and directories', async () => {
    for (const argv of [
      ['systemd-sysusers', '/etc/sysusers.d/gutinteg-server.conf'],
      ['systemd-tmpfiles', '--create', '/etc/tmpfiles.d/gutinteg-server.conf'],
    ]) {
      const { exitCode, stderr } = await inTree(...argv);
      assert.deepEqual([exitCode, stderr], [0, '']);
    }
    assert.doesNotMatch((await install()).stdout, /belongs to|mode /);
  });
});

suite('under systemd the server starts, serves a client, and is confined in every thread', () => {
  test('with its site in /srv and its state in /var/lib', { timeout: 180_000 }, async () => {
    await startAndAsk(SITE);
  });

  test(
    'with its site in a directory for temporary files and its state in a home, of which it sees nothing else',
    { timeout: 180_000 },
    async () => {
      const [site, state] = ['/var/tmp/site', '/home/somebody/state'];
      await cp(join(tree, SITE), join(tree, site), { recursive: true });
      await mkdir(join(tree, '/home/somebody/other'), { recursive: true });
      for (const name of ['boot', 'store', 'keys']) {
        await cp(join(tree, 'var/lib/gutinteg', name), join(tree, state, name), { recursive: true });
      }
      const installed = await install('--site', site, '--state', state);
      assert.equal(installed.exitCode, 0);
      assert.match(installed.stderr, /^note: \/var\/tmp\/site lies where this computer deletes what is old; .*\n$/);
      await startAndAsk(site, ['--state', state], async (pid) => {
        assert.deepEqual(await readdir(`/proc/${pid}/root/home/somebody`), ['state']);
        assert.deepEqual(await readdir(`/proc/${pid}/root/var/tmp`), ['site']);
        assert.deepEqual(await readdir(`/proc/${pid}/root/root`), []);
      });
    },
  );
});

async function startAndAsk(
  site: string,
  words: readonly string[] = [],
  look: (pid: number) => Promise<void> = async () => {},
): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const lab = await connectTwo(stack);
  await rm(join(tree, 'var/log/journal'), { recursive: true, force: true });
  await mkdir(join(tree, 'var/log/journal'));
  await boot(stack, lab.server);
  const pid = await findServer(site);
  // `Started` comes after ExecStartPost, which waits until every port is open.
  await waitFor(async () => (await journal()).includes('Started gutinteg-server.service'));
  for (const thread of await readdir(`/proc/${pid}/task`)) {
    assertConfined(await readFile(`/proc/${pid}/task/${thread}/status`, 'utf8'));
  }
  const answers = await askAsClient(lab);
  assert.match(answers.dhcp, /lease of 10\.77\.0\.\d+ obtained from 10\.77\.0\.1/);
  assert.match(answers.tftp, /^#!ipxe/);
  assert.match(answers.http, /"status":"ok"/);
  await look(pid);
  // Publishing, signing and reading the whole store go on under the filter of system calls, too.
  const enter = ['nsenter', `--target=${pid}`, '--mount', '--'] as const;
  const armed = await runCommand([...enter, '/opt/gutinteg/bin/gutinteg', 'arm', 'lab01', '--site', site, ...words]);
  assert.match(armed.stdout, /lab01/);
}

/** The two capabilities and no way to more, a filter of system calls, a user that is not root. @see proc(5) */
function assertConfined(status: string): void {
  const wanted = [/^CapEff:\t0{12}2400$/m, /^CapPrm:\t0{12}2400$/m, /^CapBnd:\t0{12}2400$/m, /^NoNewPrivs:\t1$/m];
  for (const line of [...wanted, /^Seccomp:\t2$/m]) assert.match(status, line);
  assert.doesNotMatch(status, /^[UG]id:.*\t0\b/m);
}

async function boot(stack: AsyncDisposableStack, namespace: string): Promise<void> {
  const wants = join(tree, 'etc/systemd/system/multi-user.target.wants');
  await mkdir(wants, { recursive: true });
  await symlink(UNIT, join(wants, 'gutinteg-server.service')).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  const argv = ['--directory', tree, '--boot', '--register=no', '--keep-unit', '--console=pipe'];
  const child = spawn('systemd-nspawn', [...argv, `--network-namespace-path=/run/netns/${namespace}`], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.stdout.resume();
  child.stderr.resume();
  const ended = once(child, 'exit');
  stack.defer(async () => {
    child.kill('SIGTERM');
    await ended;
  });
}

async function findServer(site: string): Promise<number> {
  return waitFor(async () => {
    for (const name of await readdir('/proc')) {
      if (!/^\d+$/.test(name)) continue;
      const command = await readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => '');
      if (command.includes(`gutinteg.ts\0serve\0--site\0${site}\0`)) return Number(name);
    }
    return undefined;
  });
}

async function journal(): Promise<string> {
  const argv: Argv = [
    'journalctl',
    '--directory',
    join(tree, 'var/log/journal'),
    '--no-pager',
    '--unit',
    'gutinteg-server',
  ];
  return (await runCommand(argv, { okExitCodes: [0, 1] })).stdout;
}

async function waitFor<T>(look: () => Promise<T | undefined | false>): Promise<T> {
  const deadline = Date.now() + START_MS;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > deadline) throw new Error(`not after ${START_MS} ms; the journal:\n${await journal()}`);
    await delay(200);
  }
}
