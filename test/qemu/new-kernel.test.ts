// A machine that is installed although its server crashes meanwhile. Then a second generation of the image with Debian's
// other kernel: power is cut while it is laid down. The machine must start the old kernel, the run at that start must end
// the work, and the next start must be with the new kernel.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { openConsoleShell } from '../../rehearse/console-shell.ts';
import { waitForInstallation } from '../../rehearse/power-cycle.ts';
import type { SwitchedOn } from '../../rehearse/switch-on.ts';
import { checkInstalled } from './install-cell.ts';
import { buildNext, publishNext } from './next-image.ts';
import { runInstallTest } from './run-install-test.ts';
import type { InstallLab } from './run-install-test.ts';
import { crashServer } from './server-away.ts';

const SHUT_DOWN_MS = 90_000;

const database = `kernels1: small-client room-a
    MAC=52:54:00:77:00:51
    IP=10.77.0.151
    PARTITION="disk0: (a 512M ext4 /boot) (b rest ext4 /)"
`;

test('a server that crashes in the middle of an installation; a new kernel, and a power cut: the old one starts, then the new one', async (t) => {
  await runInstallTest({
    name: 'new-kernel',
    machine: { host: 'kernels1', database },
    copyStore: true,
    limitMs: 20 * 60_000,
    check: async (lab) => {
      const building = buildNext(lab);
      building.catch(() => undefined);
      await lab.server.control.arm('kernels1');
      const first = await lab.switchOn('network', lab.logs.install);
      await crashServer(lab, first);
      const installed = await waitForInstallation(lab, first, lab.logs.install);
      await checkInstalled(lab, first, installed);
      assert.equal(installed.lastReport?.report.changedTotal, 0);
      await publishNext(lab, await building);
      await cutPower(lab, first);
      t.diagnostic(`power was cut after ${first.secondsNow().toFixed(0)} s, the build of the next image included`);

      const log = join(lab.workDir, 'after-the-cut-serial.log');
      const second = await lab.switchOn('after the cut', log);
      const report = (await lab.waitForReport(second)).lastReport?.report ?? assert.fail();
      assert.deepEqual(report.errors, []);
      const shell = await openConsoleShell(second.vm, lab.options.signal, log);
      const old = (await shell.run('uname -r')).output.trim();
      assert.match(old, /^6\.1\.0-\d+-amd64$/);
      assert.match((await shell.run('grep ^menuentry /boot/grub/grub.cfg')).output, /-cloud-amd64\)'.*\n.*\d-amd64\)'/);
      assert.match(report.notices.join('\n'), new RegExp(`Linux ${old}: it is running`));
      assert(await second.vm.shutDown(SHUT_DOWN_MS), 'it did not shut down by itself');
      t.diagnostic(`login with ${old} after ${second.loginSeconds()?.toFixed(0)} s`);

      const third = await lab.switchOn('new kernel', lab.logs.second);
      const last = (await lab.waitForReport(third)).lastReport?.report ?? assert.fail();
      const { output } = await (await openConsoleShell(third.vm, lab.options.signal, lab.logs.second)).run('uname -r');
      assert.match(output, /^6\.1\.0-\d+-cloud-amd64$/m);
      assert.deepEqual([last.errors, last.changes, third.resets()], [[], [], []]);
      assert.match(last.notices.join('\n'), new RegExp(`Linux ${old}: it ran before Linux \\S+-cloud-amd64; `));
      t.diagnostic(`login with ${output.trim()} after ${third.loginSeconds()?.toFixed(0)} s`);
    },
  });
});

/**
 * As soon as the new kernel has its name, while its modules are being laid down. The machine stops itself: a small image is
 * laid down faster than a word of it comes over the console.
 */
async function cutPower(lab: InstallLab, machine: SwitchedOn): Promise<void> {
  await openConsoleShell(machine.vm, lab.options.signal, lab.logs.install);
  const start = machine.vm.console().length;
  const isThere = 'until set -- /boot/vmlinuz-*-cloud-amd64; [ -e "$1" ]; do :; done';
  machine.vm.type(`gutinteg > /dev/null & ${isThere}; echo c > /proc/sysrq-trigger\n`);
  await lab.waitForConsole(machine, /Kernel panic - not syncing: sysrq triggered crash/, start);
  await machine.vm.kill();
}
