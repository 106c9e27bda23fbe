// One installation in QEMU for a test that meddles with it, on the same network, server and machine as a rehearsal.
// In: a name and what to do. Out: nothing, or an error that names the logs. Never: waits for a time instead of a state.
import type { StatusAnswer } from '../../netboot/control-client.ts';
import { plainConsole } from '../../rehearse/console-text.ts';
import { demoHardware, demoSite } from '../../rehearse/demo-options.ts';
import { prepareSite, setUpRun } from '../../rehearse/set-up-run.ts';
import type { RehearsalRun } from '../../rehearse/set-up-run.ts';
import { readRehearsedMachine } from '../../rehearse/site-machine.ts';
import { switchOn } from '../../rehearse/switch-on.ts';
import type { SwitchedOn } from '../../rehearse/switch-on.ts';
import { waitFor } from '../../rehearse/wait-for.ts';

/** Longest wait for one thing on the console; on two emulated processors none takes more than a minute. */
const CONSOLE_TIMEOUT_MS = 4 * 60_000;

export type InstallTest = {
  /** Its logs and disks are kept in `rehearsals/test-NAME` of the state directory. */
  readonly name: string;
  /** 16 GiB unless given. */
  readonly diskBytes?: number;
  /** Gives the test a package store that it may damage. */
  readonly copyStore?: boolean;
  /** The whole test is ended after this time. */
  readonly limitMs: number;
  readonly check: (lab: InstallLab) => Promise<void>;
};

type InstallLab = RehearsalRun & {
  /** Switches machine lab01 on; it is switched off at the end. The console is kept in `serialLog`. */
  readonly switchOn: (label: string, serialLog: string) => Promise<SwitchedOn>;
  readonly status: () => Promise<StatusAnswer>;
  readonly waitForState: (machine: SwitchedOn, state: StatusAnswer['state']) => Promise<StatusAnswer>;
  /** Waits until the machine has shown `pattern` on its console since `start`, and answers all that it has shown. */
  readonly waitForConsole: (machine: SwitchedOn, pattern: RegExp, start?: number) => Promise<string>;
};

/** @throws Error with what was last seen and the names of the logs */
export async function runInstallTest(input: InstallTest): Promise<void> {
  const signal = AbortSignal.timeout(input.limitMs);
  const lines: string[] = [];
  const onLine = (line: string): void => void lines.push(line);
  const machine = await readRehearsedMachine(demoSite.siteDir, 'lab01', demoSite.stateDir);
  await prepareSite(machine.site, { onLine, signal });
  await using stack = new AsyncDisposableStack();
  const options = { ...demoHardware, runName: `test-${input.name}`, signal, onLine };
  const run = await setUpRun(stack, machine, {
    ...options,
    ...(input.diskBytes === undefined ? {} : { diskBytes: input.diskBytes }),
    ...(input.copyStore === undefined ? {} : { copyStore: input.copyStore }),
  });
  try {
    await input.check(openLab(run, stack));
  } catch (cause) {
    const logs = Object.values(run.logs).join('\n  ');
    const seen = lines.slice(-25).join('\n  ');
    throw new Error(`${(cause as Error).message}\nlogs:\n  ${logs}\nlast seen:\n  ${seen}`, { cause });
  }
}

function openLab(run: RehearsalRun, stack: AsyncDisposableStack): InstallLab {
  const { signal } = run.options;
  const status = async (): Promise<StatusAnswer> => run.server.control.status(run.machine.name);
  return {
    ...run,
    status,
    switchOn: async (label, serialLog) => {
      const machine = await switchOn(run, label, serialLog);
      stack.defer(machine.vm.kill);
      return machine;
    },
    waitForState: (machine, state) =>
      waitFor({
        what: `state ${state}`,
        timeoutMs: Number.POSITIVE_INFINITY,
        signal,
        look: async () => {
          machine.assertRunning();
          const now = await status();
          machine.follow(now);
          return now.state === state ? now : undefined;
        },
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
  };
}
