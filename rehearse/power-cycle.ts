// The two starts of a rehearsal: one from the network that installs, one that must come from the disk by itself.
// In: a run that is set up. Out: what was seen. Never: decides whether a machine is armed; the server does.
import { join } from 'node:path';
import type { Report } from '../contract/report.ts';
import type { ControlClient, StatusAnswer } from '../netboot/control-client.ts';
import { lineSplitter, plainConsole } from './console-text.ts';
import type { Namespace } from './namespace.ts';
import { marksOfTimeline, phasesOf } from './phases.ts';
import type { Mark } from './phases.ts';
import type { RehearsalOptions } from './rehearse.ts';
import type { RehearsedMachine } from './site-machine.ts';
import type { Expectation, Phase } from './verdict.ts';
import { powerOn } from './virtual-machine.ts';
import type { VirtualMachine } from './virtual-machine.ts';
import { waitFor } from './wait-for.ts';

export type RehearsalRun = {
  readonly machine: RehearsedMachine;
  readonly options: RehearsalOptions;
  readonly namespace: Namespace;
  readonly control: ControlClient;
  readonly disks: readonly { readonly file: string; readonly serial: string }[];
  readonly workDir: string;
  readonly socketDir: string;
  readonly logs: { readonly server: string; readonly install: string; readonly second: string };
};

/** What one start of the machine showed. `report` is what the machine said of itself from its own disk. */
export type Start = {
  readonly phases: readonly Phase[];
  readonly expectations: readonly Expectation[];
  readonly report: Report | undefined;
};

const INSTALL_TIMEOUT_MS = 20 * 60_000;
const START_TIMEOUT_MS = 5 * 60_000;
const POWER_BUTTON_MS = 90_000;

/** Arms the machine, switches it on with an empty disk and waits until it is installed, or failed. */
export async function installFromNetwork(
  run: RehearsalRun,
): Promise<Start & { readonly installSeconds: number | null }> {
  const { machine, control, logs } = run;
  await control.arm(machine.name);
  const seen = await switchOn(run, 'network', logs.install);
  try {
    const status = await waitFor({
      what: `the installation of ${machine.name}`,
      timeoutMs: INSTALL_TIMEOUT_MS,
      signal: run.options.signal,
      log: logs.install,
      look: async () => {
        const now = await control.status(machine.name);
        seen.follow(now);
        return now.state === 'failed' || (now.state === 'installed' && seen.loginSeconds() !== undefined)
          ? now
          : undefined;
      },
    });
    const ok = status.state === 'installed';
    const found = ok ? loginLine(seen.vm, machine.name) : `${status.state}: ${status.reason}`;
    const resetSeconds = seen.resetSeconds();
    return {
      phases: phasesOf([...marksOfTimeline(status.timeline, seen.powerOnMs), ...seen.marks()]),
      installSeconds: ok && resetSeconds !== undefined ? Math.round(resetSeconds * 10) / 10 : null,
      expectations: [
        { name: 'installed, with a login prompt', ok, expected: 'state installed', found, log: logs.install },
      ],
      report: ok ? status.lastReport?.report : undefined,
    };
  } finally {
    await seen.vm.powerDown(POWER_BUTTON_MS);
  }
}

/** Switches the installed machine on again: it must start from its disk, report, and not be installed again. */
export async function startFromDisk(run: RehearsalRun): Promise<Start & { readonly vm: VirtualMachine }> {
  const { machine, control, logs } = run;
  const before = await control.status(machine.name);
  const seen = await switchOn(run, 'second start', logs.second);
  try {
    const after = await waitFor({
      what: `the second start of ${machine.name}`,
      timeoutMs: START_TIMEOUT_MS,
      signal: run.options.signal,
      log: logs.second,
      look: async () => {
        const now = await control.status(machine.name);
        seen.follow(now);
        const reported = (now.lastReport?.atMs ?? 0) > seen.powerOnMs;
        return seen.loginSeconds() !== undefined && reported ? now : undefined;
      },
    });
    const ok = after.state === 'installed' && after.attempts === before.attempts && seen.resetSeconds() === undefined;
    return {
      vm: seen.vm,
      phases: phasesOf([...seen.marks(), { ends: 'second start: report', atSeconds: seen.secondsNow() }]),
      expectations: [
        {
          name: 'the second start is from the disk, without an installation',
          ok,
          expected: `state installed, ${before.attempts} attempts, no reset`,
          found: `state ${after.state}, ${after.attempts} attempts, ${seen.vm.resets()} resets`,
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

/** A running machine and what is noted of it while it runs. */
async function switchOn(run: RehearsalRun, label: string, serialLog: string) {
  const { machine, options, namespace, socketDir } = run;
  const powerOnMs = Date.now();
  const started = performance.now();
  const secondsNow = (): number => (performance.now() - started) / 1000;
  const say = (text: string): void => options.onLine(`${secondsNow().toFixed(1).padStart(6)} s  ${text}`);
  const marks = new Map<string, Mark>();
  const mark = (ends: string): void => {
    if (!marks.has(ends)) marks.set(ends, { ends, atSeconds: secondsNow() });
  };
  const names = { reset: `${label}: reset`, kernel: `${label}: boot loader`, login: `${label}: login prompt` };
  const login = `${machine.name} login:`;
  const split = lineSplitter((line) => {
    if (isWorthShowing(line)) say(`machine: ${line}`);
  });
  let tail = '';
  say(`${label}: power on`);
  const vm = await powerOn(
    namespace,
    {
      name: machine.name,
      macs: machine.macs,
      tap: namespace.tap,
      memoryMiB: options.memoryMiB,
      cpus: options.cpus,
      disks: run.disks,
      accelerator: options.accelerator,
      serialSocket: join(socketDir, 'serial'),
      serialLog,
      qmpSocket: join(socketDir, 'qmp'),
    },
    {
      onReset: () => {
        mark(names.reset);
        say('machine: reset');
      },
      onConsole: (text) => {
        split(text);
        tail = (tail + text).slice(-200);
        if (plainConsole(tail).includes(login)) {
          if (!marks.has(names.login)) say(`machine: ${login}`);
          mark(names.login);
        }
      },
    },
  );
  const told = new Set<string>();
  return {
    vm,
    powerOnMs,
    secondsNow,
    marks: () => [...marks.values()],
    resetSeconds: () => marks.get(names.reset)?.atSeconds,
    loginSeconds: () => marks.get(names.login)?.atSeconds,
    /** Shows what the server has newly seen. */
    follow: (status: StatusAnswer): void => {
      for (const entry of status.timeline) {
        if (entry.atMs < powerOnMs || entry.source === 'installer' || told.has(entry.text)) continue;
        told.add(entry.text);
        say(`${entry.source}: ${entry.text}`);
      }
    },
  };
}

/** The installer's and the boot firmware's lines; kernel and systemd messages are in the log. */
function isWorthShowing(line: string): boolean {
  return /^\[ *\d+\.\d\] |^gutinteg:|^iPXE|INSTALLATION FAILED|Booting from|No bootable|Kernel panic/.test(line);
}

function loginLine(vm: VirtualMachine, name: string): string {
  const lines = plainConsole(vm.console()).split('\n');
  return lines.findLast((line) => line.includes(`${name} login:`)) ?? '';
}
