// One start of the virtual machine, watched. In: a run and a label. Out: the machine, and when it was seen doing what.
// Never: decides whether that was right.
import { join } from 'node:path';
import { UserError } from '../lib/errors.ts';
import type { StatusAnswer } from '../contract/control.ts';
import { lineSplitter, plainConsole } from './console-text.ts';
import type { Mark } from './phases.ts';
import type { VirtualHardware } from './qemu-argv.ts';
import type { RehearsalRun } from './set-up-run.ts';
import { isWorthShowing } from './worth-showing.ts';
import { powerOn } from './virtual-machine.ts';
import type { VirtualMachine } from './virtual-machine.ts';

/** A running machine and what is noted of it while it runs. Times are seconds since it was switched on. */
export type SwitchedOn = {
  readonly vm: VirtualMachine;
  /** The time of day when it was switched on, in milliseconds since 1970. */
  readonly powerOnMs: number;
  readonly secondsNow: () => number;
  readonly marks: () => Mark[];
  /** When the machine restarted by itself, in seconds since power-on. */
  readonly resets: () => readonly number[];
  /** When its login prompt was first seen. */
  readonly loginSeconds: () => number | undefined;
  /** Shows what the server has newly seen. */
  readonly follow: (status: StatusAnswer) => void;
  /** @throws UserError when the virtual machine has ended by itself, so that nobody waits for what cannot come */
  readonly assertRunning: () => void;
};

const SAME_RESET_SECONDS = 2;

/** Switches the machine of a run on; `label` begins the names of its phases. The console is kept in `serialLog`. */
export async function switchOn(run: RehearsalRun, label: string, serialLog: string): Promise<SwitchedOn> {
  const { machine, options, namespace } = run;
  const powerOnMs = Date.now();
  const started = performance.now();
  const secondsNow = (): number => (performance.now() - started) / 1000;
  const say = (text: string): void => options.onLine(`${secondsNow().toFixed(1).padStart(6)} s  ${text}`);
  const marks = new Map<string, Mark>();
  const mark = (ends: string): void => {
    if (!marks.has(ends)) marks.set(ends, { ends, atSeconds: secondsNow() });
  };
  const names = { login: `${label}: login prompt` };
  const login = `${machine.name} login:`;
  const split = lineSplitter((line) => {
    if (isWorthShowing(line)) say(`machine: ${line}`);
  });
  const resets: number[] = [];
  let tail = '';
  say(`${label}: power on`);
  const vm = await powerOn(namespace, hardwareOf(run, serialLog), {
    onReset: () => {
      // One restart shows as several resets in the same moment.
      if (secondsNow() - (resets.at(-1) ?? -Infinity) < SAME_RESET_SECONDS) return;
      resets.push(secondsNow());
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
  });
  const told = new Set<string>();
  return {
    vm,
    powerOnMs,
    secondsNow,
    marks: () => [...resetMarks(label, resets), ...marks.values()],
    resets: () => resets,
    loginSeconds: () => marks.get(names.login)?.atSeconds,
    follow: (status) => {
      for (const entry of status.timeline) {
        if (entry.atMs < powerOnMs || entry.source === 'installer' || told.has(entry.text)) continue;
        told.add(entry.text);
        say(`${entry.source}: ${entry.text}`);
      }
    },
    assertRunning: () => {
      if (!vm.isRunning()) throw new UserError(`QEMU has ended by itself`, { hint: `read ${serialLog}` });
    },
  };
}

function hardwareOf(run: RehearsalRun, serialLog: string): VirtualHardware {
  const { machine, options, namespace, socketDir } = run;
  return {
    name: machine.name,
    kind: machine.hardware,
    macs: machine.macs,
    tap: namespace.tap,
    memoryMiB: options.memoryMiB,
    cpus: options.cpus,
    disks: run.disks,
    accelerator: options.accelerator,
    serialSocket: join(socketDir, 'serial'),
    serialLog,
    qmpSocket: join(socketDir, 'qmp'),
    ...(run.variables === undefined ? {} : { variables: run.variables }),
    ...(options.medium === undefined ? {} : { medium: options.medium }),
    ...(options.bootOrder === undefined ? {} : { bootOrder: options.bootOrder }),
    ...(options.recordPackets === true ? { packets: `${serialLog.replace(/-serial\.log$/, '')}.pcap` } : {}),
  };
}

/** The last restart ends the installation; those before it ended attempts that failed. */
function resetMarks(label: string, resets: readonly number[]): Mark[] {
  return resets.map((atSeconds, index) => {
    const ends = index === resets.length - 1 ? `${label}: reset` : `${label}: attempt ${index + 1}, failed`;
    return { ends, atSeconds };
  });
}
