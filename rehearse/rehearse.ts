// A whole provisioning run in a virtual machine: the real server, the real firmware, the machine's real record.
// In: a site and a host. Out: a verdict, with logs beside it. Never: touches a network, a disk or a process that it
// did not make; whatever it made is gone when it returns, also when it was interrupted.
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from '../lib/run-command.ts';
import { writeFileAtomically } from '../lib/write-file-atomically.ts';
import { expectNothingChanged, expectSystem } from './expect-system.ts';
import { gutintegArgv } from './gutinteg-argv.ts';
import { createNamespace } from './namespace.ts';
import { installFromNetwork, startFromDisk } from './power-cycle.ts';
import type { RehearsalRun, Start } from './power-cycle.ts';
import { startRouter, startServer } from './server.ts';
import { readRehearsedMachine } from './site-machine.ts';
import type { RehearsedMachine } from './site-machine.ts';
import type { Expectation, Verdict } from './verdict.ts';
import { createDisk } from './virtual-machine.ts';
import type { VirtualMachine } from './virtual-machine.ts';

export type RehearsalOptions = {
  readonly host: string;
  readonly siteDir: string;
  readonly stateDir?: string;
  readonly diskBytes: number;
  readonly memoryMiB: number;
  readonly cpus: number;
  readonly accelerator: 'tcg' | 'kvm';
  readonly signal: AbortSignal;
  /** Told one line after the other of what happens. */
  readonly onLine: (line: string) => void;
  /** More expectations on the running machine after its second start; the demo changes a file by hand here. */
  readonly more?: (session: RehearsalSession) => Promise<readonly Expectation[]>;
  /** Called at the end with the machine still running; the rehearsal ends when it returns. */
  readonly keep?: (session: RehearsalSession) => Promise<void>;
};

export type RehearsalSession = RehearsalRun & { readonly vm: VirtualMachine };

/** @throws UserError when the rehearsal itself could not run; a machine that is not as described is in the verdict */
export async function rehearse(options: RehearsalOptions): Promise<Verdict> {
  const machine = await readRehearsedMachine(options.siteDir, options.host, options.stateDir);
  await prepare(machine, options);
  await using stack = new AsyncDisposableStack();
  const run = await startRun(machine, options, stack);

  const installed = await installFromNetwork(run);
  const starts: Start[] = [installed];
  const expectations: Expectation[] = [];
  if (installed.report !== undefined) {
    expectations.push(...expectSystem(machine, installed.report, run.logs.install));
    const second = await startFromDisk(run);
    stack.defer(second.vm.kill);
    starts.push(second);
    if (second.report !== undefined) {
      const name = 'nothing to put right at the second start';
      expectations.push(expectNothingChanged(name, second.report, run.logs.second));
    }
    const session = { ...run, vm: second.vm };
    expectations.push(...((await options.more?.(session)) ?? []));
    await options.keep?.(session);
  }
  const all = [...starts.flatMap((start) => start.expectations), ...expectations];
  const verdict: Verdict = {
    machine: machine.name,
    ok: all.every(({ ok }) => ok),
    phases: starts.flatMap(({ phases }) => phases),
    installSeconds: installed.installSeconds,
    expectations: all,
    reports: starts.flatMap(({ report }) => (report === undefined ? [] : [report])),
    logs: Object.values(run.logs),
  };
  await writeFileAtomically(join(run.workDir, 'verdict.json'), `${JSON.stringify(verdict, null, 2)}\n`);
  return verdict;
}

/** Builds what machines boot from and install, where it is missing or out of date: the command an administrator types. */
async function prepare(machine: RehearsedMachine, options: RehearsalOptions): Promise<void> {
  const { site } = machine;
  if (process.env['SKIP_PREPARE'] === undefined)
    await runCommand(gutintegArgv('prepare', '--site', site.dir, '--state', site.stateDir), {
      onLine: options.onLine,
      signal: options.signal,
    });
}

async function startRun(
  machine: RehearsedMachine,
  options: RehearsalOptions,
  stack: AsyncDisposableStack,
): Promise<RehearsalRun> {
  const { site, name } = machine;
  const workDir = join(site.stateDir, 'rehearsals', name);
  await rm(workDir, { recursive: true, force: true });
  await mkdir(workDir, { recursive: true, mode: 0o700 });
  // Machine states of a rehearsal are its own; packages, keys and boot files are the site's.
  for (const shared of ['store', 'boot', 'keys']) await symlink(join(site.stateDir, shared), join(workDir, shared));
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
    logFile: logs.server,
    signal: options.signal,
  });
  stack.defer(server.stop);
  const disks = machine.disks.map(({ name: disk, serial }) => ({
    file: join(workDir, `${disk}.raw`),
    serial: serial ?? `${name}-${disk}`.slice(0, 20),
  }));
  for (const { file } of disks) await createDisk(file, options.diskBytes);
  await writeFile(join(workDir, 'machine.json'), `${JSON.stringify({ name, disks }, null, 2)}\n`);
  return { machine, options, namespace, control: server.control, disks, workDir, socketDir, logs };
}
