// What real UEFI firmware does with what it is given: a machine without consent starts its disk, an armed one the installer.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { demoSite } from '../../rehearse/demo-options.ts';
import type { HardwareKind } from '../../lib/virtual-hardware.ts';
import { DISK_STARTED, makeBootableDisk } from '../helpers/bootable-disk.ts';
import { howMany } from '../helpers/how-many.ts';
import { SEEN_BY_INSTALLER } from './install-cell.ts';
import { runInstallTest } from './run-install-test.ts';
import type { InstallLab } from './run-install-test.ts';

const CELLS: readonly [name: string, hardware: Partial<HardwareKind>, netboot: 'grub' | 'ipxe'][] = [
  ['PXE with iPXE', { firmware: 'uefi' }, 'ipxe'],
  ['PXE with Secure Boot', { firmware: 'secure' }, 'grub'],
  // `uefi-loader` installs a machine this way.
  ['HTTP Boot', { firmware: 'uefi', media: 'http' }, 'grub'],
  // The way of PXE with Secure Boot, without its checks.
  ['PXE', { firmware: 'uefi' }, 'grub'],
];

const database = (netboot: string): string => `uefi1: small-client room-a
    MAC=52:54:00:77:00:62
    IP=10.77.0.162
    NETBOOT=${netboot}
    PARTITION="disk0: (a 2G ext4 /) (b rest ext4 /home)"
`;

const withoutConsent = CELLS.slice(0, howMany({ few: 3, all: CELLS.length }));
const withConsent = new Set(CELLS.slice(0, howMany({ few: 2, all: CELLS.length })));

for (const cell of withoutConsent) {
  const [name, hardware, netboot] = cell;
  const isArmed = withConsent.has(cell);
  const title = `${name}: the disk without consent${isArmed ? ', the installer with it' : ''}`;
  test(title, { timeout: 900_000 }, async (context) => {
    await runInstallTest({
      name: `netboot-${name.toLowerCase().replaceAll(' ', '-')}`,
      hardware,
      machine: { host: 'uefi1', database: database(netboot) },
      limitMs: 800_000,
      bootOrder: 'network',
      recordPackets: true,
      check: async (lab) => {
        await makeBootableDisk(lab.disks[0]?.file ?? assert.fail(), join(demoSite.stateDir, 'cache'));
        context.diagnostic(await startWithoutConsent(lab));
        if (isArmed) context.diagnostic(await startInstaller(lab));
      },
    });
  });
}

async function startWithoutConsent(lab: InstallLab): Promise<string> {
  const machine = await lab.switchOn('without consent', join(lab.workDir, 'disk-serial.log'));
  const shown = await lab.waitForConsole(machine, new RegExp(DISK_STARTED));
  const startedMs = Date.now();
  assert.match(shown, /gutinteg: 52:54:00:77:00:62: uefi1 is not armed/);
  const { timeline } = await lab.status();
  const answered = timeline.find(({ text }) => text.includes('DHCPREQUEST from the PXE firmware'));
  assert(answered !== undefined);
  await machine.vm.kill();
  return `from the DHCP answer to the disk: ${((startedMs - answered.atMs) / 1000).toFixed(1)} s`;
}

async function startInstaller(lab: InstallLab): Promise<string> {
  await lab.server.control.arm('uefi1');
  const machine = await lab.switchOn('armed', lab.logs.install);
  await lab.waitForConsole(machine, /gutinteg: \[[\d.]+s\] Linux/);
  const seconds = machine.secondsNow();
  const { timeline } = await lab.status();
  assert(timeline.some(({ text }) => text === 'fetched the ramdisk'));
  await lab.waitForConsole(machine, new RegExp(`firmware: ${SEEN_BY_INSTALLER[lab.machine.hardware.firmware]}$`, 'm'));
  await machine.vm.kill();
  return `from power-on to the ramdisk's first line: ${seconds.toFixed(1)} s`;
}
