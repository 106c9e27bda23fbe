// One installation of the demo's machine, by our installer or by the shell's, timed from power-on to its reset.
// In: the site, who installs. Out: seconds of each phase. Never: compares; trusts a disk that it was not told to start from.
import { copyFile, mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { architectures } from '../../lib/architecture.ts';
import { UserError } from '../../lib/errors.ts';
import { bootDirectory } from '../../netboot/boot-directory.ts';
import { lineSplitter } from '../../rehearse/console-text.ts';
import { demoHardware } from '../../rehearse/demo-options.ts';
import { setUpRun } from '../../rehearse/set-up-run.ts';
import type { RehearsalRun } from '../../rehearse/set-up-run.ts';
import type { RehearsedMachine } from '../../rehearse/site-machine.ts';
import { switchOn } from '../../rehearse/switch-on.ts';
import { waitFor } from '../../rehearse/wait-for.ts';
import { followPhases } from './phases.ts';
import type { Installer, InstallRun } from './phases.ts';

const INSTALL_MS = 15 * 60_000;
const LOGIN_MS = 5 * 60_000;
/** Of the kernel's clock ticks, in which /proc counts. @see sysconf(3), _SC_CLK_TCK */
const TICKS_PER_SECOND = 100;
const ARCHIVE_PORT = 8081;

type Peer = {
  readonly ramdisk: Uint8Array;
  /** The directory that the archive is served from. */
  readonly archiveDir: string;
};

type MeasuredInstall = {
  readonly machine: RehearsedMachine;
  readonly installer: Installer;
  readonly peer: Peer;
  /** Processors of the virtual machine. */
  readonly cpus: number;
  /** Starts the disk afterwards, and waits for its login prompt. */
  readonly check: boolean;
  readonly signal: AbortSignal;
  readonly onLine: (line: string) => void;
};

export const archiveUrl = (machine: RehearsedMachine, name: string): string =>
  `http://${machine.serverAddress.split('/')[0]}:${ARCHIVE_PORT}/${name}`;

/** @throws UserError with the console's log when the installation does not end */
export async function measureInstall(input: MeasuredInstall): Promise<InstallRun> {
  const { machine, installer, cpus, signal, onLine } = input;
  await using stack = new AsyncDisposableStack();
  const runName = `bench-install-${installer}`;
  const run = await setUpRun(stack, machine, { ...demoHardware, cpus, runName, signal, onLine });
  if (installer === 'shell') await offerShell(stack, run, input.peer);
  await run.server.control.arm(machine.name, { initData: machine.dataPartitions });
  const seen = await switchOn(run, installer, run.logs.install);
  stack.defer(seen.vm.kill);
  const follow = followPhases(installer, () => ({ wall: seen.secondsNow(), cpu: cpuSeconds(seen.vm.pid) }));
  seen.vm.onConsole(lineSplitter(follow.line));
  await waitFor({
    what: `the installation by ${installer}`,
    timeoutMs: INSTALL_MS,
    signal,
    log: run.logs.install,
    look: () => {
      seen.assertRunning();
      return seen.resets().length > 0 ? true : undefined;
    },
  });
  follow.reset();
  await seen.vm.kill();
  if (/INSTALLATION FAILED|shell: .*FAILED/.test(seen.vm.console()))
    throw new UserError(`the installation by ${installer} failed`, { hint: `read ${run.logs.install}` });
  if (input.check) await startDisk(run);
  return { installer, phases: follow.seconds() };
}

/** The machine boots the same way, with the same kernel; only its ramdisk is another one. */
async function offerShell(
  stack: AsyncDisposableStack,
  { machine, namespace, workDir }: RehearsalRun,
  { ramdisk, archiveDir }: Peer,
): Promise<void> {
  const own = bootDirectory(machine.site.stateDir, architectures.amd64);
  const boot = bootDirectory(workDir, architectures.amd64);
  await rm(join(workDir, 'boot'));
  await mkdir(boot, { recursive: true });
  for (const name of await readdir(own)) {
    if (name === 'vmlinuz') await copyFile(join(own, name), join(boot, name));
    else if (name !== 'ramdisk.img') await symlink(join(own, name), join(boot, name));
  }
  await writeFile(join(boot, 'ramdisk.img'), ramdisk);
  const address = archiveUrl(machine, '').slice('http://'.length, -1);
  const [file, ...args] = namespace.inside(['busybox', 'httpd', '-f', '-p', address, '-h', archiveDir]);
  const server = execa(file, args, { stdin: 'ignore', reject: false, cleanup: true });
  stack.defer(async () => {
    server.kill('SIGTERM');
    await server;
  });
}

/** @throws UserError when the disk does not come up with a login prompt */
async function startDisk(run: RehearsalRun): Promise<void> {
  const before = { ...run, disks: run.disks.map((disk) => ({ ...disk, bootOrder: -2 })) };
  const seen = await switchOn(before, 'disk', run.logs.second);
  try {
    await waitFor({
      what: 'the login prompt of the installed disk',
      timeoutMs: LOGIN_MS,
      signal: run.options.signal,
      log: run.logs.second,
      look: seen.loginSeconds,
    });
  } finally {
    await seen.vm.kill();
  }
}

/** Processor time of a process and all its threads so far. @see proc(5), /proc/PID/stat */
function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}
