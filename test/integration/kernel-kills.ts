// A night that brings a new kernel and takes an old one away, killed at single system calls. Afterwards every entry of the
// menu must be whole, and the next night must end what this one began.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bootable, installedWith, kernelsOn, publishKernel } from './kernel-lab.ts';

/** Calls that change a file system; of those that open, the ones that do. */
const CHANGING =
  'openat,pwrite64,write,fsync,fdatasync,syncfs,ftruncate,rename,renameat2,unlink,unlinkat,link,linkat,symlink,symlinkat,' +
  'mkdir,mkdirat,rmdir,chmod,fchmod,fchown,lchown,utimensat';
/** Where kernels, their modules, the links to them and the menu lie, and what was not yet called so. */
const OF_KERNELS = /boot|usr\/lib\/modules|vmlinuz|initrd\.img/;

type Moment = { readonly name: string; readonly nth: number };

/**
 * 6.1 has started, 6.3 is to start next, 6.2 goes, 6.4 comes. The run is killed at `count` of its calls, evenly spread, or
 * at all of them.
 * @throws AssertionError when the machine could not start, or the next night does not end it
 */
export async function killKernelNights(
  stack: AsyncDisposableStack,
  count: number,
): Promise<{ calls: number; killed: number }> {
  const lab = await installedWith(stack, { release: '6.1' });
  for (const release of ['6.2', '6.3']) {
    await publishKernel(lab, { release });
    assert.equal((await lab.agent([])).exitCode, 0);
  }
  await publishKernel(lab, { release: '6.4' });
  const dir = mkdtempSync(join(tmpdir(), 'gutinteg-kernels-'));
  stack.defer(() => rmSync(dir, { recursive: true, force: true }));
  const copy = (name: string): string => {
    execFileSync('cp', ['-a', '--reflink=auto', lab.root, join(dir, name)]);
    return join(dir, name);
  };
  const moments = await findMoments(copy('undisturbed'), join(dir, 'log'));
  const step = Math.max(1, moments.length / count);
  let killed = 0;
  for (let at = 0; at < moments.length; at += step) {
    const moment = moments[Math.floor(at)] ?? assert.fail();
    const root = copy('killed');
    const what = `killed at ${moment.name} ${moment.nth}`;
    if ((await runUnder(root, killAt(moment))).exitCode !== 0) killed += 1;
    assertStarts(root, what);
    await assertEnds(root, what);
    rmSync(root, { recursive: true });
  }
  return { calls: moments.length, killed };
}

function assertStarts(root: string, what: string): void {
  const releases = bootable(root);
  assert(['6.3,6.1', '6.4,6.1'].includes(releases.join()), `${what}: ${releases.join()}`);
}

async function assertEnds(root: string, what: string): Promise<void> {
  const done = await runUnder(root, []);
  assert.equal(done.exitCode, 0, `${what}: ${done.output}`);
  assert.deepEqual(bootable(root), ['6.4', '6.1'], what);
  await runUnder(root, []);
  const whole = ['6.1', '6.4'];
  assert.deepEqual(kernelsOn(root), { kernels: whole, initramfs: whole, modules: whole }, what);
  const left = execFileSync('find', [join(root, 'boot'), join(root, 'usr/lib/modules'), '-name', '.*'], {
    encoding: 'utf8',
  });
  assert.equal(left, '', what);
}

type Ended = { readonly exitCode: number | null; readonly output: string };

/** The agent alone: its script would start another one in place of what was killed. strace ends as its program did. */
async function runUnder(root: string, under: readonly string[]): Promise<Ended> {
  const agent = join(root, 'usr/lib/gutinteg/agent/agent.mjs');
  const [file, ...argv] = [...under, process.execPath, '--disable-warning=ExperimentalWarning', agent];
  const child = spawn(file, [...argv, '--root', root], { stdio: ['ignore', 'pipe', 'pipe'], timeout: 60_000 });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => void (output += String(text)));
  const [exitCode] = (await once(child, 'close')) as [number | null];
  return { exitCode, output };
}

async function findMoments(root: string, log: string): Promise<Moment[]> {
  const done = await runUnder(root, ['strace', '-f', '-y', '-qq', '-e', `trace=${CHANGING}`, '-o', log]);
  assert.equal(done.exitCode, 0, done.output);
  assert.match(done.output, /replaced \/boot\/grub\/grub\.cfg/);
  assert.match(done.output, /deleted {2}\/boot\/vmlinuz-6\.2/);
  const counts = new Map<string, number>();
  return readFileSync(log, 'utf8')
    .split('\n')
    .flatMap((line): Moment[] => {
      const [, thread, name] = /^(\d+) +(\w+)\(/.exec(line) ?? [];
      if (thread === undefined || name === undefined) return [];
      const nth = (counts.get(`${thread} ${name}`) ?? 0) + 1;
      counts.set(`${thread} ${name}`, nth);
      const changes = name !== 'openat' || /O_(?:WRONLY|RDWR|CREAT)/.test(line);
      const below = line.split(root).slice(1).join(' ');
      return changes && (name === 'syncfs' || OF_KERNELS.test(below)) ? [{ name, nth }] : [];
    });
}

const killAt = ({ name, nth }: Moment): string[] => {
  const inject = `inject=${name}:signal=SIGKILL:when=${nth}`;
  return ['strace', '-f', '-qq', '-o', '/dev/null', '-e', `trace=${name}`, '-e', inject];
};
