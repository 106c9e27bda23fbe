// One cell of the matrix: a machine of that hardware, installed from power-on to its second start from its own disk.
// In: a cell. Out: what it cost. Never: leaves out a step for some hardware; what is expected depends on the firmware alone.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import type { StatusAnswer } from '../../contract/control.ts';
import { openConsoleShell } from '../../rehearse/console-shell.ts';
import { expectFirmware } from '../../rehearse/expect-firmware.ts';
import { expectSystem } from '../../rehearse/expect-system.ts';
import { waitForInstallation } from '../../rehearse/power-cycle.ts';
import type { SwitchedOn } from '../../rehearse/switch-on.ts';
import { nameOfCell } from './cells.ts';
import type { Cell } from './cells.ts';
import { runInstallTest } from './run-install-test.ts';
import type { InstallLab } from './run-install-test.ts';

const LIMIT_MS = 30 * 60_000;
const SHUT_DOWN_MS = 90_000;

/** As the ramdisk reports it, before the first write. */
export const SEEN_BY_INSTALLER = {
  bios: 'BIOS',
  uefi: 'UEFI, Secure Boot off',
  secure: 'UEFI, Secure Boot on',
} as const;

/** Processor time of the virtual machine in seconds: hosts are busy to different degrees, and a wall clock shows that. */
export type CellCost = {
  /** From power-on over installation and restart to the first report and a login prompt. */
  readonly installed: number;
  /** From the second power-on to report and login prompt. */
  readonly startedAgain: number;
};

/** @throws Error with what was not as expected, and the names of the logs */
export async function installCell(cell: Cell, onLine: (line: string) => void = () => undefined): Promise<CellCost> {
  let cost: CellCost | undefined;
  await runInstallTest({
    name: nameOfCell(cell),
    hardware: cell.hardware,
    limitMs: LIMIT_MS,
    onLine,
    check: async (lab) => {
      const installed = await installOnce(lab);
      cost = { installed, startedAgain: await startAgain(lab) };
    },
  });
  return cost ?? assert.fail('the cell did not run');
}

async function installOnce(lab: InstallLab): Promise<number> {
  const { install } = lab.logs;
  await lab.server.control.arm(lab.machine.name);
  const machine = await lab.switchOn('network', install);
  const status = await waitForInstallation(lab, machine, install);
  const seconds = await processorSeconds(machine);
  await checkInstalled(lab, machine, status);
  assert(await machine.vm.shutDown(SHUT_DOWN_MS), 'it did not shut down by itself');
  return seconds;
}

/** Of a machine that has started from its disk: installed at once, as described, by its own firmware's own entry. */
export async function checkInstalled(lab: InstallLab, machine: SwitchedOn, status: StatusAnswer): Promise<void> {
  const { state, attempts, reason, lastReport, timeline } = status;
  const { install } = lab.logs;
  assert.deepEqual([state, attempts], ['installed', 1], reason ?? '');
  const seen = timeline.flatMap(({ text }) => (text.startsWith('firmware: ') ? [text] : []));
  assert.deepEqual(seen, [`firmware: ${SEEN_BY_INSTALLER[lab.machine.hardware.firmware]}`]);
  const report = lastReport?.report ?? assert.fail('no report');
  assert.deepEqual(wrongOf(expectSystem(lab.machine, report, install)), []);
  await checkFirmware(lab, machine, install);
}

async function startAgain(lab: InstallLab): Promise<number> {
  const { second } = lab.logs;
  const machine = await lab.switchOn('second start', second);
  const { state, attempts, lastReport } = await lab.waitForReport(machine);
  const seconds = await processorSeconds(machine);
  assert.deepEqual([state, attempts, machine.resets().length], ['installed', 1, 0]);
  assert.equal(lastReport?.report.changedTotal, 0);
  await checkFirmware(lab, machine, second);
  await machine.vm.kill();
  return seconds;
}

/** Of all its threads since it was started. @see proc_pid_stat(5), utime and stime; a tick is 10 ms on Linux's every port */
async function processorSeconds({ vm }: SwitchedOn): Promise<number> {
  const stat = await readFile(`/proc/${vm.pid}/stat`, 'utf8');
  const [utime, stime] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13)
    .map(Number);
  return ((utime ?? 0) + (stime ?? 0)) / 100;
}

async function checkFirmware(lab: InstallLab, machine: SwitchedOn, log: string): Promise<void> {
  const shell = await openConsoleShell(machine.vm, lab.options.signal, log);
  assert.deepEqual(wrongOf(await expectFirmware(lab.machine.hardware.firmware, { shell, log })), []);
}

function wrongOf<T extends { readonly ok: boolean }>(expectations: readonly T[]): T[] {
  return expectations.filter(({ ok }) => !ok);
}
