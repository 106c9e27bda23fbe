// Data partitions full of files: kept over installations, whatever else changes; read by this computer, not by ours.
import assert from 'node:assert/strict';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { GiB } from '../../lib/bytes.ts';
import type { StatusAnswer } from '../../netboot/control-client.ts';
import { waitForInstallation } from '../../rehearse/power-cycle.ts';
import { fillData, readData } from '../helpers/data-places.ts';
import type { DataPlaces } from '../helpers/data-places.ts';
import { swapNames, waitForInstaller } from './disks-and-installer.ts';
import { runInstallTest } from './run-install-test.ts';
import type { InstallLab } from './run-install-test.ts';

const SHUT_DOWN_MS = 90_000;
const DATA = ['disk0/h', 'disk1/a'];
const places: DataPlaces = [
  { disk: 0, label: '/home' },
  { disk: 1, label: '/srv' },
];

/** The system disk has a DOS table, with data in a logical partition; the other one is data and more. */
const first =
  'disk0: dos (a 512M ext4 /boot) (d 3G ext4 /) (e 256M swap) (h rest xfs /home data) disk1: (a 1G ext4 /srv data)';
/** No swap and no /boot any more, a larger root: the logical partition gets another number. More on the other disk. */
const later =
  'disk0: dos (d 3200M ext4 /) (h rest xfs /home data) disk1: (a 1G ext4 /srv data) (b 512M swap) (c rest ext4 /var)';

const describe = (partition: string): string => `data1: demo-client room-a
    MAC=52:54:00:77:00:42
    IP=10.77.0.142
    PARTITION="${partition}"
    DISK_disk0=serial:DATA-SYSTEM
    DISK_disk1=serial:DATA-FILES
`;

test('data partitions survive an installation over them, with disks swapped and the rest described anew', async (t) => {
  await runInstallTest({
    name: 'data-survives',
    machine: { host: 'data1', database: describe(first) },
    diskBytes: 6 * GiB,
    limitMs: 20 * 60_000,
    check: async (lab) => {
      const started = performance.now();
      const say = (what: string): void =>
        t.diagnostic(`${what} after ${((performance.now() - started) / 1000).toFixed(0)} s`);
      await refuseWithoutConsent(lab);
      say('refused');
      await lab.server.control.arm('data1', { initData: ['disk0h', 'disk1a'] });
      await installOnly(lab, 'first');
      const before = await fillData(lab, places, 'survives');
      say('filled');

      // From here on without consent to make anything: a data partition that is not found ends the test.
      await lab.describe(describe(later));
      await lab.server.control.arm('data1');
      const log = join(lab.workDir, 'anew-serial.log');
      const anew = await lab.switchOn('anew', log, swapNames(lab.disks));
      assert.deepEqual(digestLines(await waitForInstaller(lab, anew)), DATA);
      const installed = await waitForInstallation(lab, anew, log);
      assert.equal(installed.state, 'installed', installed.reason ?? '');
      assert(await anew.vm.shutDown(SHUT_DOWN_MS), 'it did not shut down by itself');
      assert.deepEqual(await readData(lab, places), before);
      say('installed and booted with disks swapped, described anew');
    },
  });
});

/** Nobody has said that data partitions may be made: nothing is. */
async function refuseWithoutConsent(lab: InstallLab): Promise<void> {
  await lab.server.control.arm('data1');
  const log = join(lab.workDir, 'refused-serial.log');
  const machine = await lab.switchOn('without consent', log);
  const { reason, attempts } = await lab.waitForState(machine, 'failed');
  assert.match(reason ?? '', /^plan: [^]*data partition disk0h is not on disk[^]*data partition disk1a is not on disk/);
  assert.equal(attempts, 1);
  await lab.waitForConsole(machine, /No disk has been changed\./);
  await machine.vm.kill();
  for (const { file } of lab.disks) assert.equal((await stat(file)).blocks, 0, `${file} was written to`);
}

/** Ends before the restart of the machine, so that what is on the disks is the installer's work alone. */
async function installOnly(lab: InstallLab, label: string): Promise<void> {
  const machine = await lab.switchOn(label, join(lab.workDir, `${label}-serial.log`));
  await waitForInstaller(lab, machine);
  await machine.vm.kill();
}

/** Data partitions that the installer itself compared. */
function digestLines({ timeline }: StatusAnswer): string[] {
  return timeline.flatMap(({ text }) => /^data (\S+): unchanged \(SHA-256 /.exec(text)?.[1] ?? []);
}
