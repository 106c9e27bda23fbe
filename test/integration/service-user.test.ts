// `gutinteg serve` started as root: who it is while strangers talk to it, and who owns its state.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmod,
  cp,
  lchown,
  link,
  lstat,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  rename,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import { runCommand } from '../../lib/run-command.ts';
import type { CommandResult } from '../../lib/run-command.ts';
import type * as SetUpRun from '../../rehearse/set-up-run.ts';
import type * as SiteMachine from '../../rehearse/site-machine.ts';
import { makeSmallSite } from '../helpers/small-site.ts';
import { copyProgram } from '../helpers/program-copy.ts';
import { askAsClient, connectTwo } from './service-lab.ts';

/** A user that every Debian has and nothing runs as. */
const USER = 'games';
const NET_BIND_SERVICE = 1 << 10;
const NET_RAW = 1 << 13;

type Place = {
  readonly dir: string;
  readonly siteDir: string;
  readonly stateDir: string;
  readonly program: string;
  readonly run: (...words: readonly string[]) => Promise<CommandResult>;
};

const programDir = await mkdtemp(join(tmpdir(), 'gutinteg-program-'));
await chmod(programDir, 0o755);
await copyProgram(programDir);
after(() => rm(programDir, { recursive: true, force: true }));

async function makePlace(stack: AsyncDisposableStack): Promise<Place> {
  const dir = await mkdtemp(join(tmpdir(), 'gutinteg-service-'));
  stack.defer(() => rm(dir, { recursive: true, force: true }));
  await chmod(dir, 0o755);
  const small = await makeSmallSite(stack);
  const [siteDir, stateDir] = [join(dir, 'site'), join(dir, 'state')];
  await cp(small.siteDir, siteDir, { recursive: true });
  await cp(small.stateDir, stateDir, { recursive: true });
  const program = join(programDir, 'bin/gutinteg');
  const run: Place['run'] = (...words) =>
    runCommand([program, ...words, '--site', siteDir, '--state', stateDir], {
      okExitCodes: [0, 1, 2],
      timeoutMs: 60_000,
    });
  return { dir, siteDir, stateDir, program, run };
}

/** Starts the server in a namespace and waits until `gutinteg health` is content. */
async function serve(stack: AsyncDisposableStack, place: Place, namespace: string, user: string): Promise<number> {
  const words = ['serve', '--site', place.siteDir, '--state', place.stateDir, '--user', user];
  const child = spawn('ip', ['netns', 'exec', namespace, place.program, ...words], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text) => (said += String(text)));
  const ended = once(child, 'exit');
  stack.defer(async () => {
    child.kill('SIGTERM');
    await ended;
  });
  const health = await place.run('health', '--wait', '60', '--process', String(child.pid));
  assert.deepEqual([health.exitCode, health.stdout], [0, 'ok: 6 machines\n'], `${said}${health.stderr}`);
  assert.doesNotMatch(said, /"level":[456]0/, 'nothing to warn of');
  return child.pid ?? 0;
}

type Thread = { uids: string; groups: string; sets: string[]; noNewPrivileges: string };

async function readThreads(pid: number): Promise<Thread[]> {
  const threads = await readdir(`/proc/${pid}/task`);
  return Promise.all(
    threads.map(async (thread) => {
      const status = await readFile(`/proc/${pid}/task/${thread}/status`, 'utf8');
      const field = (name: string): string => new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(status)?.[1]?.trim() ?? '';
      return {
        uids: field('Uid'),
        groups: field('Groups'),
        sets: ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'].map(field),
        noNewPrivileges: field('NoNewPrivs'),
      };
    }),
  );
}

const ownerOf = async (path: string): Promise<number> => (await lstat(path)).uid;

test('a rehearsal of a state that is the server’s serves as its user', { timeout: 120_000 }, async () => {
  await using stack = new AsyncDisposableStack();
  const place = await makePlace(stack);
  assert.equal((await place.run('service', 'state', '--user', USER)).exitCode, 0);
  const uid = Number((await runCommand(['id', '-u', USER])).stdout);
  const copied = async (file: string): Promise<unknown> => import(join(programDir, 'rehearse', file));
  const { setUpRun } = (await copied('set-up-run.ts')) as typeof SetUpRun;
  const { readRehearsedMachine } = (await copied('site-machine.ts')) as typeof SiteMachine;
  const run = await setUpRun(stack, await readRehearsedMachine({ ...place, host: 'lab01' }), {
    diskBytes: 1024 ** 2,
    memoryMiB: 512,
    cpus: 1,
    accelerator: 'tcg',
    signal: AbortSignal.timeout(100_000),
    onLine: () => {},
  });
  assert.equal((await run.server.control.arm('lab01')).state, 'armed');
  for (const name of ['control.sock', 'netboot.db']) assert.equal(await ownerOf(join(run.workDir, name)), uid, name);
  assert.equal(await ownerOf(join(place.stateDir, 'keys/site.key')), uid);
});

suite('serve, started as root', () => {
  test('becomes a user with two capabilities in every thread, and serves', { timeout: 120_000 }, async () => {
    await using stack = new AsyncDisposableStack();
    const place = await makePlace(stack);
    const lab = await connectTwo(stack);
    const uid = Number((await runCommand(['id', '-u', USER])).stdout);
    const pid = await serve(stack, place, lab.server, USER);

    const threads = await readThreads(pid);
    assert.ok(threads.length > 4, `${threads.length} threads`);
    for (const thread of threads) {
      assert.equal(thread.uids, Array(4).fill(uid).join('\t'));
      assert.doesNotMatch(thread.groups, /\b0\b/);
      assert.deepEqual(
        thread.sets.map((set) => Number.parseInt(set, 16)),
        Array(5).fill(NET_BIND_SERVICE | NET_RAW),
      );
      assert.equal(thread.noNewPrivileges, '1');
    }
    const answers = await askAsClient(lab);
    assert.match(answers.dhcp, /lease of 10\.77\.0\.\d+ obtained from 10\.77\.0\.1/);
    assert.match(answers.tftp, /^#!ipxe/);
    assert.match(answers.http, /"status":"ok"/);
  });

  test(
    'what root publishes and what it builds afterwards, the server can replace and read',
    { timeout: 120_000 },
    async () => {
      await using stack = new AsyncDisposableStack();
      const place = await makePlace(stack);
      const lab = await connectTwo(stack);
      const uid = Number((await runCommand(['id', '-u', USER])).stdout);
      await serve(stack, place, lab.server, USER);

      await writeFile(join(place.siteDir, 'packages/base/etc/profile.d/lab.sh'), '# by root\n');
      assert.equal((await place.run('package', 'publish', 'base')).exitCode, 0);
      assert.equal(await ownerOf(join(place.stateDir, 'store/names/base')), uid);
      // Arming makes the server publish and read every package and pack of the machine.
      await writeFile(join(place.siteDir, 'packages/base/etc/profile.d/lab.sh'), '# by the server\n');
      const armed = await place.run('arm', 'lab01');
      assert.deepEqual([armed.exitCode, armed.stderr], [0, '']);
      // What root's commands work in is not the server's to lead elsewhere.
      for (const path of ['', 'boot', 'images', 'cache', 'store']) {
        assert.equal(await ownerOf(join(place.stateDir, path)), 0, path);
      }
      assert.equal((await lstat(place.stateDir)).mode & 0o7777, 0o1770);
      const asServer = ['setpriv', `--reuid=${uid}`, '--regid=games', '--clear-groups', '--'] as const;
      for (const path of ['boot', 'store', 'cache']) {
        const moved = await runCommand([...asServer, 'mv', join(place.stateDir, path), join(place.stateDir, 'gone')], {
          okExitCodes: [1],
        });
        assert.match(moved.stderr, /not permitted/);
      }
    },
  );

  test('changes nothing outside the state when links in it lead there', { timeout: 60_000 }, async () => {
    await using stack = new AsyncDisposableStack();
    const place = await makePlace(stack);
    const outside = join(place.dir, 'outside');
    await mkdir(join(outside, 'below'), { recursive: true });
    await writeFile(join(outside, 'file'), '');
    await rm(join(place.stateDir, 'images'), { recursive: true, force: true });
    await symlink(outside, join(place.stateDir, 'images'));
    await symlink(outside, join(place.stateDir, 'keys/other'));
    await symlink(join(outside, 'file'), join(place.stateDir, 'netboot.db'));
    // It ends because the address is not one of this computer; the state was handed over by then.
    const served = await place.run('serve', '--user', USER);
    assert.match(served.stderr, /was handed over to games: \d+ changes/);
    for (const path of ['', 'below', 'file']) assert.equal(await ownerOf(join(outside, path)), 0, path);
  });

  test('root’s commands write nothing through a link that the server has put in the place of its directory', async () => {
    await using stack = new AsyncDisposableStack();
    const place = await makePlace(stack);
    await place.run('service', 'state', '--user', USER);
    const { uid, gid } = await lstat(join(place.stateDir, 'keys'));
    const outside = join(place.dir, 'outside');
    await cp(join(place.stateDir, 'keys'), outside, { recursive: true });
    await rm(join(outside, 'site.pub'));
    await rename(join(place.stateDir, 'keys'), join(place.dir, 'moved'));
    await symlink(outside, join(place.stateDir, 'keys'));
    await lchown(join(place.stateDir, 'keys'), uid, gid);
    const { exitCode, stderr } = await place.run('package', 'publish', 'base');
    assert.equal(exitCode, 1);
    assert.match(stderr, /keys is a symbolic link of uid \d+, and root does not write through it/);
    assert.deepEqual(await readdir(outside), ['site.key']);
  });

  test('makes the user gutinteg where there is none, and says so', { timeout: 60_000 }, async () => {
    await using stack = new AsyncDisposableStack();
    const place = await makePlace(stack);
    // A private /etc, so that this computer gets no user.
    const etc = join(place.dir, 'etc');
    await runCommand(['cp', '--archive', '/etc', etc]);
    for (const file of ['passwd', 'group', 'shadow', 'gshadow']) {
      await runCommand(['sed', '--in-place', '/^gutinteg:/d', join(etc, file)]);
    }
    const serve = [place.program, 'serve', '--site', place.siteDir, '--state', place.stateDir];
    const script = 'mount --bind "$1" /etc && shift && exec "$@"';
    const argv = ['unshare', '--mount', 'sh', '-c', script, 'sh', etc, ...serve] as const;
    const { stderr } = await runCommand(argv, { okExitCodes: [1, 2], timeoutMs: 50_000 });
    assert.match(stderr, /the system user gutinteg was made \(systemd-sysusers\), who serves from now on\n/);
    assert.match(stderr, /was handed over to gutinteg: \d+ changes/);
    const [, uid] = /^gutinteg:[^:]*:(\d+):/m.exec(await readFile(join(etc, 'passwd'), 'utf8')) ?? [];
    assert.equal(await ownerOf(join(place.stateDir, 'keys')), Number(uid));
  });

  test('refuses a file of the state that has a second name elsewhere', async () => {
    await using stack = new AsyncDisposableStack();
    const place = await makePlace(stack);
    const secret = join(place.dir, 'secret');
    await writeFile(secret, 'root’s');
    await link(secret, join(place.stateDir, 'netboot.db'));
    const { exitCode, stderr } = await place.run('serve', '--user', USER);
    assert.equal(exitCode, 2);
    assert.match(stderr, /netboot\.db is root's and has 2 names \(hard links\); nothing was changed/);
    assert.deepEqual([await ownerOf(secret), await ownerOf(join(place.stateDir, 'keys'))], [0, 0]);
  });

  for (const [name, words, says] of [
    [
      'a user that there is not',
      ['--user', 'nobody-of-that-name'],
      /there is no user nobody-of-that-name; nothing was changed/,
    ],
    [
      '--state of another kind',
      ['--user', USER, '--state', '/etc'],
      /\/etc is not a state directory \(keys, store, fleet\); nothing was changed/,
    ],
  ] as const) {
    test(`refuses ${name}`, async () => {
      await using stack = new AsyncDisposableStack();
      const place = await makePlace(stack);
      const argv = [place.program, 'serve', '--site', place.siteDir, '--state', place.stateDir, ...words] as const;
      const { exitCode, stderr } = await runCommand(argv, { okExitCodes: [2] });
      assert.equal(exitCode, 2);
      assert.match(stderr, says);
      assert.equal(await ownerOf(join(place.stateDir, 'keys')), 0);
    });
  }

  test('refuses a site that its user may not read, and names the file', async () => {
    await using stack = new AsyncDisposableStack();
    const place = await makePlace(stack);
    await chmod(place.siteDir, 0o700);
    const { exitCode, stderr } = await place.run('serve', '--user', USER);
    assert.equal(exitCode, 2);
    assert.match(stderr, /the server runs as games, who may not read .*site\/site\.yaml; nothing was started/);
    assert.equal(await ownerOf(join(place.stateDir, 'keys')), 0, 'nothing was handed over');
  });

  test('refuses a state that is somebody else’s', async () => {
    await using stack = new AsyncDisposableStack();
    const place = await makePlace(stack);
    await lchown(place.stateDir, 1, 1);
    const { exitCode, stderr } = await place.run('serve', '--user', USER);
    assert.equal(exitCode, 2);
    assert.match(stderr, /belongs to neither root nor games, but to uid 1; nothing was changed/);
  });
});

test('health gives up when the process has ended, and says that nobody answers', async () => {
  await using stack = new AsyncDisposableStack();
  const place = await makePlace(stack);
  const started = performance.now();
  const { exitCode, stderr } = await place.run('health', '--wait', '60', '--process', '999999999');
  assert.equal(exitCode, 1);
  assert.match(stderr, /process 999999999 ended before it served/);
  assert.ok(performance.now() - started < 30_000);
});
