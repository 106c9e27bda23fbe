// What starts a UEFI machine from its disk: files of the EFI system partition, and boot entries of the firmware. Each is
// broken, and must be as it was after a run; with fresh firmware the disk must start alone; a power cut while files are
// written must leave each of them whole.
import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { openConsoleShell } from '../../rehearse/console-shell.ts';
import type { ConsoleShell } from '../../rehearse/console-shell.ts';
import { firmwareFiles } from '../../rehearse/hardware/firmware.ts';
import { waitForInstallation } from '../../rehearse/power-cycle.ts';
import type { SwitchedOn } from '../../rehearse/switch-on.ts';
import { copyImage } from '../helpers/disk-image.ts';
import { howMany } from '../helpers/how-many.ts';
import { imagePartition } from '../helpers/image-partition.ts';
import { ESP_NUMBER, readEsp } from '../helpers/read-esp.ts';
import { readWriteLog } from '../helpers/write-log.ts';
import { BOOT_ORDER, breakAndRepair } from './break-and-repair.ts';
import type { Break } from './break-and-repair.ts';
import { cutEspWrites } from './cut-esp-writes.ts';
import { checkInstalled } from './install-cell.ts';
import { startWithBothFirmwares } from './moving-disk.ts';
import { runInstallTest } from './run-install-test.ts';
import type { InstallLab } from './run-install-test.ts';
import { keepSystemdBoot } from './systemd-boot-machine.ts';

const SHUT_DOWN_MS = 90_000;
const CUTS = howMany({ few: 20, all: 300 });

test('a UEFI machine keeps its boot files and entries, also without an entry and after a power cut', async (t) => {
  await runInstallTest({
    name: 'uefi-loader',
    hardware: { firmware: 'uefi', bus: 'nvme', media: 'http' },
    limitMs: 40 * 60_000,
    check: async (lab) => {
      const { install, second } = lab.logs;
      await lab.server.control.arm(lab.machine.name);
      const first = await lab.switchOn('network', install);
      const installed = await waitForInstallation(lab, first, install);
      await checkInstalled(lab, first, installed);
      assert.equal(installed.lastReport?.report.changedTotal, 0);
      t.diagnostic(`installed and reported after ${first.secondsNow().toFixed(0)} s`);
      await breakAndRepair(await openConsoleShell(first.vm, lab.options.signal, install), BREAKS);
      assert(await first.vm.shutDown(SHUT_DOWN_MS), 'it did not shut down by itself');
      const allowed = await readPartition(lab);
      t.diagnostic(`broken and repaired after ${first.secondsNow().toFixed(0)} s`);

      const { machine, shell, base, log } = await startWithFreshFirmware(lab, second);
      t.diagnostic(`fresh firmware at its login prompt after ${machine.loginSeconds()?.toFixed(0)} s`);
      const from = await rewriteFiles(lab, { machine, shell, log });
      const place = await imagePartition(base, ESP_NUMBER);
      const mixed = await cutEspWrites(
        { dir: lab.workDir, base, log, from, ...place, allowed },
        { seed: '20', count: CUTS },
      );
      t.diagnostic(`${CUTS} power cuts: every file old or new; both kinds at once in ${mixed}`);
    },
  });
});

const BREAKS: readonly Break[] = [
  { what: ['rm -r /boot/efi/EFI/BOOT'], expected: [/EFI\/BOOT\/BOOTX64\.EFI/] },
  { what: ['echo exit > /boot/efi/EFI/debian/grub.cfg'], expected: [/EFI\/debian\/grub\.cfg/] },
  { what: ['rm /boot/efi/EFI/debian/grubx64.efi'], expected: [/EFI\/debian\/grubx64\.efi/] },
  { what: [`${BOOT_ORDER}; efibootmgr -q -o $2,$1`], expected: [/boot order: .* is not ours first/] },
  { what: [`${BOOT_ORDER}; efibootmgr -q -B -b $1`], expected: [/boot entry: missing/] },
  { what: [`${BOOT_ORDER}; efibootmgr -q -A -b $1`], expected: [/switched off/] },
];

/** Answers what each file may be: itself, or itself and a byte. */
async function readPartition({ disks }: InstallLab): Promise<Map<string, string[]>> {
  const [disk = assert.fail('no disk')] = disks;
  const files = await readEsp(disk.file);
  assert.deepEqual(
    [...files.keys()],
    [
      'EFI/BOOT/BOOTX64.EFI',
      'EFI/BOOT/fbx64.efi',
      'EFI/BOOT/mmx64.efi',
      ...['BOOTX64.CSV', 'fbx64.efi', 'grub.cfg', 'grubx64.efi', 'mmx64.efi', 'shimx64.efi'].map(
        (name) => `EFI/debian/${name}`,
      ),
    ],
  );
  const digests = (bytes: Buffer) => [hash('sha256', bytes), hash('sha256', Buffer.concat([bytes, Buffer.from('x')]))];
  return new Map([...files].map(([path, bytes]) => [path, digests(bytes)]));
}

/** As after a new mainboard: no boot entry but the firmware's own. */
async function startWithFreshFirmware(lab: InstallLab, serialLog: string) {
  const [disk = assert.fail('no disk')] = lab.disks;
  const base = `${disk.file}.base`;
  await copyImage(disk.file, base);
  const log = `${disk.file}.writes`;
  await writeFile(log, '');
  const variables = join(lab.workDir, 'fresh-variables.fd');
  await copyFile(firmwareFiles({ architecture: 'amd64', firmware: 'uefi' })?.variables ?? '', variables);
  const machine = await lab.switchOn('fresh firmware', serialLog, { variables, disks: [{ ...disk, writeLog: log }] });
  const { state, attempts, lastReport } = await lab.waitForReport(machine);
  assert.deepEqual([state, attempts], ['installed', 1]);
  assert.deepEqual(lastReport?.report.errors, []);
  const shell = await openConsoleShell(machine.vm, lab.options.signal, serialLog);
  const { output } = await shell.run('efibootmgr -v');
  const [, first = ''] = /^BootOrder: (\w{4})/m.exec(output) ?? [];
  assert.match(output, new RegExp(`^Boot${first}\\* debian\\s+HD\\(${ESP_NUMBER},GPT,`, 'm'));
  return { machine, shell, base, log };
}

/** Makes every file another one, and lets a run write them all. Answers how many writes there were before that. */
async function rewriteFiles(
  { disks }: InstallLab,
  { machine, shell, log }: { machine: SwitchedOn; shell: ConsoleShell; log: string },
): Promise<number> {
  assert.equal(disks.length, 1);
  await shell.run('for file in /boot/efi/EFI/*/*; do printf x >> $file; done; sync');
  const from = (await readWriteLog(log)).length;
  const { output, exitCode } = await shell.run('gutinteg; sync');
  assert.equal(exitCode, 0, output);
  await machine.vm.kill();
  return from;
}

// In the long run only.
for (const [what, run] of Object.entries({
  'a disk for both firmwares starts on either machine': startWithBothFirmwares,
  'systemd-boot starts what a machine has, also a new kernel, and the network when it is told to': keepSystemdBoot,
}).slice(0, howMany({ few: 0, all: 2 }))) {
  test(what, run);
}
