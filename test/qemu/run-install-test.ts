// One installation in QEMU for a test that meddles with it, on the same network, server and machine as a rehearsal.
// In: a name and what to do. Out: nothing, or an error that names the logs. Never: waits for a time instead of a state.
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { StatusAnswer } from '../../contract/control.ts';
import { plainConsole } from '../../rehearse/console-text.ts';
import { demoHardware, demoSite } from '../../rehearse/demo-options.ts';
import type { HardwareKind } from '../../lib/virtual-hardware.ts';
import type { VirtualDisk, VirtualHardware } from '../../rehearse/qemu-argv.ts';
import { prepareSite, setUpRun } from '../../rehearse/set-up-run.ts';
import type { RehearsalRun, RunOptions } from '../../rehearse/set-up-run.ts';
import { readRehearsedMachine } from '../../rehearse/site-machine.ts';
import { switchOn } from '../../rehearse/switch-on.ts';
import type { SwitchedOn } from '../../rehearse/switch-on.ts';
import { waitFor } from '../../rehearse/wait-for.ts';
import { copyTestSite } from './copy-test-site.ts';

/** Longest wait for one thing on the console; none takes more than a minute. */
const CONSOLE_TIMEOUT_MS = 4 * 60_000;

/**
 * Two such tests run side by side on two processors, and the threads of a third and fourth emulated one only wait for
 * each other: two installations of lab01 took 165 s with two each, 133 s with one. The full run has two.
 */
const CPUS = 1;

export type InstallTest = Options & {
  /** Its logs and disks are kept in `rehearsals/test-NAME` of the state directory. */
  readonly name: string;
  /** What differs from a PC with BIOS and virtio: `{ firmware: 'uefi', bus: 'nvme' }`. */
  readonly hardware?: Partial<HardwareKind>;
  /** A machine that the site of such tests lacks; `small1` unless given. */
  readonly machine?: {
    readonly host: string;
    /** The text that describes it, beside the example's database. */
    readonly database: string;
    /** Files of packages of its own, by their path below `packages/`. */
    readonly packages?: Readonly<Record<string, string | Uint8Array>>;
  };
  /** The whole test is ended after this time. */
  readonly limitMs: number;
  /** Told one line after the other of what happens. */
  readonly onLine?: (line: string) => void;
  readonly check: (lab: InstallLab) => Promise<void>;
};

/** Those of a rehearsal; what is not given is the demo's, with one processor. */
type Options = Partial<Omit<RunOptions, 'signal' | 'onLine' | 'runName'>>;

/** What somebody has changed of the machine while it was off; `medium: undefined` takes one out. */
type ChangedMachine = {
  readonly disks?: readonly VirtualDisk[];
  readonly variables?: string;
  readonly medium?: string | undefined;
  readonly bootOrder?: VirtualHardware['bootOrder'];
  readonly hardware?: Partial<HardwareKind>;
};

export type InstallLab = RehearsalRun & {
  /**
   * Switches the machine on; it is switched off at the end. The console is kept in `serialLog`. What is not given is
   * the run's: other disks, fewer, or in another order; a medium that is put in or taken out.
   */
  readonly switchOn: (label: string, serialLog: string, changed?: ChangedMachine) => Promise<SwitchedOn>;
  readonly status: () => Promise<StatusAnswer>;
  readonly waitForState: (machine: SwitchedOn, state: StatusAnswer['state']) => Promise<StatusAnswer>;
  /** Waits until the machine has shown `pattern` on its console since `start`, and answers all that it has shown. */
  readonly waitForConsole: (machine: SwitchedOn, pattern: RegExp, start?: number) => Promise<string>;
  /** Waits until the system on the disk has reported since this power-on and shows its login prompt. */
  readonly waitForReport: (machine: SwitchedOn) => Promise<StatusAnswer>;
  /** Describes the machine anew, and waits until the server has read it. */
  readonly describe: (database: string) => Promise<void>;
};

/** @throws Error with what was last seen and the names of the logs */
export async function runInstallTest(input: InstallTest): Promise<void> {
  const { name, hardware = {}, machine: described, limitMs, onLine: tell, check, ...given } = input;
  const signal = AbortSignal.timeout(limitMs);
  const lines: string[] = [];
  const onLine = (line: string): void => {
    lines.push(line);
    tell?.(line);
  };
  await using stack = new AsyncDisposableStack();
  const siteDir = await copyTestSite(stack, hardware.architecture);
  if (described !== undefined) await addMachine(siteDir, described);
  const host = described?.host ?? 'small1';
  const machine = await readRehearsedMachine({ siteDir, host, stateDir: demoSite.stateDir, hardware });
  await prepareSite(machine.site, { onLine, signal });
  const options = { ...demoHardware, cpus: CPUS, ...given, runName: `test-${name}`, signal, onLine };
  const run = await setUpRun(stack, machine, options);
  const logs = new Set<string>([run.logs.server]);
  try {
    await check(openLab(run, { stack, logs, siteDir }));
  } catch (cause) {
    const seen = lines.slice(-25).join('\n  ');
    const message = `${(cause as Error).message}\nlogs:\n  ${[...logs].join('\n  ')}\nlast seen:\n  ${seen}`;
    throw new Error(message, { cause });
  }
}

async function addMachine(
  siteDir: string,
  { database, packages = {} }: NonNullable<InstallTest['machine']>,
): Promise<void> {
  await writeFile(databaseFile(siteDir), database);
  for (const [path, content] of Object.entries(packages)) {
    const file = join(siteDir, 'packages', path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
  }
}

function databaseFile(siteDir: string): string {
  return join(siteDir, 'machdb/40-test.db');
}

type Surroundings = { readonly stack: AsyncDisposableStack; readonly logs: Set<string>; readonly siteDir: string };

function openLab(run: RehearsalRun, { stack, logs, siteDir }: Surroundings): InstallLab {
  const { signal } = run.options;
  const status = async (): Promise<StatusAnswer> => run.server.control.status(run.machine.name);
  const waitForStatus = (
    machine: SwitchedOn,
    { what, isIt }: { what: string; isIt: (now: StatusAnswer) => boolean },
  ): Promise<StatusAnswer> =>
    waitFor({
      what,
      timeoutMs: Number.POSITIVE_INFINITY,
      signal,
      look: async () => {
        machine.assertRunning();
        const now = await status();
        machine.follow(now);
        return isIt(now) ? now : undefined;
      },
    });
  return {
    ...run,
    status,
    switchOn: async (label, serialLog, changed = {}) => {
      logs.add(serialLog);
      const machine = await switchOn(changeMachine(run, changed), label, serialLog);
      stack.defer(machine.vm.kill);
      return machine;
    },
    waitForState: (machine, state) =>
      waitForStatus(machine, { what: `state ${state}`, isIt: (now) => now.state === state }),
    waitForReport: (machine) =>
      waitForStatus(machine, {
        what: 'a report and a login prompt',
        isIt: ({ lastReport }) => (lastReport?.atMs ?? 0) > machine.powerOnMs && machine.loginSeconds() !== undefined,
      }),
    waitForConsole: (machine, pattern, start = 0) =>
      waitFor({
        what: `${pattern} on the console`,
        timeoutMs: CONSOLE_TIMEOUT_MS,
        signal,
        look: () => {
          machine.assertRunning();
          const shown = plainConsole(machine.vm.console().slice(start));
          return pattern.test(shown) ? shown : undefined;
        },
      }),
    describe: (database) => describeAnew(run, databaseFile(siteDir), database),
  };
}

function changeMachine(
  run: RehearsalRun,
  { hardware, bootOrder, disks = run.disks, variables = run.variables, ...more }: ChangedMachine,
): RehearsalRun {
  const { medium: inserted, ...options } = run.options;
  const medium = 'medium' in more ? more.medium : inserted;
  return {
    ...run,
    disks,
    machine: { ...run.machine, hardware: { ...run.machine.hardware, ...hardware } },
    options: {
      ...options,
      ...(medium === undefined ? {} : { medium }),
      ...(bootOrder === undefined ? {} : { bootOrder }),
    },
    ...(variables === undefined ? {} : { variables }),
  };
}

async function describeAnew({ server, options }: RehearsalRun, file: string, database: string): Promise<void> {
  const versionNow = async (): Promise<number> => (await server.control.all()).database.version;
  const before = await versionNow();
  await writeFile(file, database);
  await waitFor({
    what: 'the new description of the machine',
    timeoutMs: 180_000,
    signal: options.signal,
    look: async () => ((await versionNow()) > before ? true : undefined),
  });
}
