// A disk that was installed on a machine with a BIOS, with FIRMWARE=both, starts on one with UEFI, and then again on the
// first: one menu, one system, two firmwares.
import assert from 'node:assert/strict';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { openConsoleShell } from '../../rehearse/console-shell.ts';
import { firmwareFiles } from '../../rehearse/hardware/firmware.ts';
import { waitForInstallation } from '../../rehearse/power-cycle.ts';
import { runInstallTest } from './run-install-test.ts';
import type { InstallLab } from './run-install-test.ts';

const SHUT_DOWN_MS = 90_000;

const database = `moving1: small-client room-a
    MAC=52:54:00:77:00:71
    IP=10.77.0.171
    FIRMWARE=both
    PARTITION="disk0: (a 2G ext4 /) (b rest ext4 /home)"
`;

/** Installed with a BIOS, started with UEFI, and with a BIOS again. */
export async function startWithBothFirmwares(t: TestContext): Promise<void> {
  await runInstallTest({
    name: 'moving-disk',
    machine: { host: 'moving1', database },
    limitMs: 25 * 60_000,
    check: async (lab) => {
      await lab.server.control.arm('moving1');
      const first = await lab.switchOn('network', lab.logs.install);
      const installed = await waitForInstallation(lab, first, lab.logs.install);
      assert.equal(installed.state, 'installed', installed.reason ?? '');
      assert(await first.vm.shutDown(SHUT_DOWN_MS), 'it did not shut down by itself');
      t.diagnostic(`installed with a BIOS after ${first.secondsNow().toFixed(0)} s`);
      const variables = join(lab.workDir, 'other-machine.fd');
      await copyFile(firmwareFiles({ architecture: 'amd64', firmware: 'uefi' })?.variables ?? '', variables);
      for (const firmware of ['uefi', 'bios'] as const) {
        const seconds = await startOn(lab, { firmware, variables });
        t.diagnostic(`on a machine with ${firmware}: login after ${seconds.toFixed(0)} s`);
      }
    },
  });
}

async function startOn(
  lab: InstallLab,
  { firmware, variables }: { firmware: 'uefi' | 'bios'; variables: string },
): Promise<number> {
  const log = join(lab.workDir, `${firmware}-serial.log`);
  const machine = await lab.switchOn(firmware, log, { hardware: { firmware }, variables });
  const { state, lastReport } = await lab.waitForReport(machine);
  assert.deepEqual([state, lastReport?.report.errors], ['installed', []]);
  const shell = await openConsoleShell(machine.vm, lab.options.signal, log);
  const { exitCode } = await shell.run('test -d /sys/firmware/efi');
  assert.equal(exitCode, firmware === 'uefi' ? 0 : 1);
  assert(await machine.vm.shutDown(SHUT_DOWN_MS), 'it did not shut down by itself');
  return machine.loginSeconds() ?? assert.fail('no login prompt');
}
