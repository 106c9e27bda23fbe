import assert from 'node:assert/strict';
import type { StatusAnswer } from '../../contract/control.ts';
import type { VirtualDisk } from '../../rehearse/qemu-argv.ts';
import type { SwitchedOn } from '../../rehearse/switch-on.ts';
import { waitFor } from '../../rehearse/wait-for.ts';
import type { InstallLab } from './run-install-test.ts';

/** The kernel's names change places; the firmware goes on trying the same disk first, as it would on metal. */
export function swapNames(disks: readonly VirtualDisk[]): VirtualDisk[] {
  return disks.map((disk, bootOrder) => ({ bootOrder, ...disk })).reverse();
}

/**
 * Waits until the installer is done. The timeline of the answer is the installer's; the next start has one of its own.
 * @throws AssertionError with the reason when the installation failed
 */
export async function waitForInstaller(lab: InstallLab, machine: SwitchedOn): Promise<StatusAnswer> {
  const status = await waitFor({
    what: 'the end of the installer',
    timeoutMs: 10 * 60_000,
    signal: lab.options.signal,
    look: async () => {
      machine.assertRunning();
      const now = await lab.status();
      machine.follow(now);
      return now.state === 'failed' || now.state === 'booting' ? now : undefined;
    },
  });
  assert.equal(status.state, 'booting', status.reason ?? '');
  return status;
}
