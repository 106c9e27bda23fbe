// Everything that one run needs before its machine is switched on: prepared site, network, server, empty disks.
// In: a machine of a site. Out: a run. Never: leaves anything of it behind when the stack is disposed of, but logs and disks.
import { constants } from 'node:fs';
import { chmod, copyFile, cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { UserError } from '../lib/errors.ts';
import { runCommand } from '../lib/run-command.ts';
import { findStateOwner } from '../service/drop-rights.ts';
import type { SiteSettingsFile } from '../site/load-site.ts';
import { gutintegArgv } from './gutinteg-argv.ts';
import { diskBuses } from './hardware/disk-buses.ts';
import { firmwareFiles } from './hardware/firmware.ts';
import { createNamespace } from './namespace.ts';
import type { Namespace } from './namespace.ts';
import { startRouter, startServer } from './server.ts';
import type { Server } from './server.ts';
import type { VirtualDisk, VirtualHardware } from './qemu-argv.ts';
import type { RehearsedMachine } from './site-machine.ts';
import { createDisk } from './virtual-machine.ts';

export type RunOptions = {
  /** Size of each disk; all are empty. */
  readonly diskBytes: number;
  readonly memoryMiB: number;
  readonly cpus: number;
  readonly accelerator: 'tcg' | 'kvm';
  readonly signal: AbortSignal;
  /** Told one line after the other of what happens. */
  readonly onLine: (line: string) => void;
  /** Name of the run's directory below `rehearsals/` of the state directory; the machine's name unless given. */
  readonly runName?: string;
  /** The run gets a copy of the package store instead of the site's own, so that it may damage it. */
  readonly copyStore?: boolean;
  /** The image on the stick or CD of the hardware. */
  readonly medium?: string;
  /** See VirtualHardware. */
  readonly bootOrder?: VirtualHardware['bootOrder'];
  /** Keeps the packets of each start in a file beside its console log, in pcap format. */
  readonly recordPackets?: boolean;
};

export type RehearsalRun = {
  readonly machine: RehearsedMachine;
  readonly options: RunOptions;
  readonly namespace: Namespace;
  readonly server: Server;
  /** In the order of their logical names; kept between power-ons. */
  readonly disks: readonly VirtualDisk[];
  /** The variables of the machine's UEFI, kept between power-ons like its disks. */
  readonly variables?: string;
  /** State directory of the run's server, with logs and disks; kept until the next run of the same name. */
  readonly workDir: string;
  readonly socketDir: string;
  readonly logs: { readonly server: string; readonly install: string; readonly second: string };
};

/** Builds what machines boot from and install, where it is missing or out of date: the command an administrator types. */
export async function prepareSite(
  site: SiteSettingsFile,
  { onLine, signal }: Pick<RunOptions, 'onLine' | 'signal'>,
): Promise<void> {
  await runCommand(gutintegArgv('prepare', '--site', site.dir, '--state', site.stateDir), { onLine, signal });
}

/** Sets a run up on `stack`, which takes it down again. @throws UserError when it cannot, or is interrupted */
export async function setUpRun(
  stack: AsyncDisposableStack,
  machine: RehearsedMachine,
  options: RunOptions,
): Promise<RehearsalRun> {
  const { site, name, hardware } = machine;
  const workDir = join(site.stateDir, 'rehearsals', options.runName ?? name);
  await makeWorkDir(workDir, site.stateDir, options.copyStore === true);
  // Paths of sockets are short: at most 107 bytes (unix(7)).
  const socketDir = await mkdtemp(join(tmpdir(), 'gutinteg-'));
  stack.defer(async () => rm(socketDir, { recursive: true, force: true }));
  const namespace = await createNamespace({ label: name.slice(0, 20), address: machine.serverAddress });
  stack.defer(namespace.remove);
  const router = await startRouter(namespace, workDir);
  stack.defer(router.stop);
  const logs = {
    server: join(workDir, 'server.log'),
    install: join(workDir, 'install-serial.log'),
    second: join(workDir, 'second-start-serial.log'),
  };
  const server = await startServer({
    namespace,
    siteDir: site.dir,
    stateDir: workDir,
    user: (await findStateOwner(site.stateDir)) ?? 'root',
    logFile: logs.server,
    signal: options.signal,
  });
  stack.defer(server.stop);
  const disks = machine.disks.map(({ name: disk, serial }) => ({
    file: join(workDir, `${disk}.raw`),
    serial: serial ?? `${name}-${disk}`.slice(0, diskBuses[hardware.bus].serialCharacters),
  }));
  for (const { file } of disks) await createDisk(file, options.diskBytes);
  const firmware = await createVariables(machine, workDir);
  const described = { name, hardware, disks, ...firmware };
  await writeFile(join(workDir, 'machine.json'), `${JSON.stringify(described, null, 2)}\n`);
  return { machine, options, namespace, server, disks, ...firmware, workDir, socketDir, logs };
}

/** NVRAM as of a new machine. @throws UserError when the firmware is not on this computer */
async function createVariables(
  { hardware }: RehearsedMachine,
  workDir: string,
): Promise<Pick<RehearsalRun, 'variables'>> {
  const files = firmwareFiles(hardware);
  if (files === undefined) return {};
  const variables = join(workDir, 'firmware-variables.fd');
  try {
    await copyFile(files.variables, variables);
  } catch (cause) {
    throw new UserError(`the firmware '${hardware.firmware}' of ${hardware.architecture} is not here`, {
      cause,
      hint: 'sh bin/setup demo',
    });
  }
  return { variables };
}

/** Machine states of a run are its own; packages, keys and boot files are the site's. */
async function makeWorkDir(workDir: string, stateDir: string, copyStore: boolean): Promise<void> {
  await rm(workDir, { recursive: true, force: true });
  // The server's user comes through; it gets the directory itself from `serve`.
  await mkdir(dirname(workDir), { recursive: true });
  await chmod(dirname(workDir), 0o711);
  await mkdir(workDir, { mode: 0o700 });
  for (const shared of ['boot', 'keys', ...(copyStore ? [] : ['store'])]) {
    await symlink(join(stateDir, shared), join(workDir, shared));
  }
  if (copyStore)
    await cp(join(stateDir, 'store'), join(workDir, 'store'), { recursive: true, mode: constants.COPYFILE_FICLONE });
}
