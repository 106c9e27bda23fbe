// The two starts of a rehearsal: one from the network that installs, one that must come from the disk by itself.
// In: a run that is set up. Out: what was seen. Never: decides whether a machine is armed; the server does.
import type { Report } from '../contract/report.ts';
import type { StatusAnswer } from '../contract/control.ts';
import { plainConsole } from './console-text.ts';
import { marksOfTimeline, phasesOf } from './phases.ts';
import type { RehearsalRun } from './set-up-run.ts';
import { switchOn } from './switch-on.ts';
import type { SwitchedOn } from './switch-on.ts';
import type { Expectation, Phase } from './verdict.ts';
import type { VirtualMachine } from './virtual-machine.ts';
import { waitFor } from './wait-for.ts';

/** What one start of the machine showed. `report` is what the machine said of itself from its own disk. */
export type Start = {
  readonly phases: readonly Phase[];
  readonly expectations: readonly Expectation[];
  readonly report: Report | undefined;
};

const INSTALL_TIMEOUT_MS = 20 * 60_000;
const START_TIMEOUT_MS = 5 * 60_000;
const SHUT_DOWN_MS = 90_000;

/** Arms the machine, data partitions too, switches it on with empty disks and waits until it is installed, or failed. */
export async function installFromNetwork(
  run: RehearsalRun,
): Promise<Start & { readonly installSeconds: number | null }> {
  const { machine, logs } = run;
  await run.server.control.arm(machine.name, { initData: machine.dataPartitions });
  const seen = await switchOn(run, 'network', logs.install);
  try {
    const status = await waitForInstallation(run, seen, logs.install);
    const ok = status.state === 'installed';
    const found = ok ? loginLine(seen.vm, machine.name) : `${status.state}: ${status.reason}`;
    const [lastReset, attemptStart = 0] = seen.resets().toReversed();
    if (ok && !(await seen.vm.shutDown(SHUT_DOWN_MS))) {
      run.options.onLine(`${machine.name} did not shut down within ${SHUT_DOWN_MS / 1000} s; its plug was pulled`);
    }
    return {
      phases: phasesOf([...marksOfTimeline(status.timeline, seen.powerOnMs), ...seen.marks()]),
      // Of the attempt that succeeded.
      installSeconds: ok && lastReset !== undefined ? Math.round((lastReset - attemptStart) * 10) / 10 : null,
      expectations: [
        { name: 'installed, with a login prompt', ok, expected: 'state installed', found, log: logs.install },
      ],
      report: ok ? status.lastReport?.report : undefined,
    };
  } finally {
    await seen.vm.kill();
  }
}

/** Waits until a machine that was switched on is installed and shows a login prompt, or is marked failed. */
export async function waitForInstallation(run: RehearsalRun, seen: SwitchedOn, log: string): Promise<StatusAnswer> {
  return waitFor({
    what: `the installation of ${run.machine.name}`,
    timeoutMs: INSTALL_TIMEOUT_MS,
    signal: run.options.signal,
    log,
    look: async () => {
      seen.assertRunning();
      const now = await run.server.control.status(run.machine.name);
      seen.follow(now);
      const isDone = now.state === 'failed' || (now.state === 'installed' && seen.loginSeconds() !== undefined);
      return isDone ? now : undefined;
    },
  });
}

/** Switches the installed machine on again: it must start from its disk, report, and not be installed again. */
export async function startFromDisk(run: RehearsalRun): Promise<Start & { readonly vm: VirtualMachine }> {
  const { machine, logs } = run;
  const { control } = run.server;
  const before = await control.status(machine.name);
  const seen = await switchOn(run, 'second start', logs.second);
  try {
    const after = await waitFor({
      what: `the second start of ${machine.name}`,
      timeoutMs: START_TIMEOUT_MS,
      signal: run.options.signal,
      log: logs.second,
      look: async () => {
        seen.assertRunning();
        const now = await control.status(machine.name);
        seen.follow(now);
        const reported = (now.lastReport?.atMs ?? 0) > seen.powerOnMs;
        return seen.loginSeconds() !== undefined && reported ? now : undefined;
      },
    });
    const ok = after.state === 'installed' && after.attempts === before.attempts && seen.resets().length === 0;
    return {
      vm: seen.vm,
      phases: phasesOf([...seen.marks(), { ends: 'second start: report', atSeconds: seen.secondsNow() }]),
      expectations: [
        {
          name: 'the second start is from the disk, without an installation',
          ok,
          expected: `state installed, attempts: ${before.attempts}, resets: 0`,
          found: `state ${after.state}, attempts: ${after.attempts}, resets: ${seen.vm.resets()}`,
          log: logs.second,
        },
      ],
      report: after.lastReport?.report,
    };
  } catch (error) {
    await seen.vm.kill();
    throw error;
  }
}

function loginLine(vm: VirtualMachine, name: string): string {
  const lines = plainConsole(vm.console()).split('\n');
  return lines.findLast((line) => line.includes(`${name} login:`)) ?? '';
}
