// What starts a UEFI machine from its disk: files of the EFI system partition, and boot entries of the firmware. Each is
// broken, and must be as it was after a run; with fresh firmware the disk must start alone.
import assert from 'node:assert/strict';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { runCommand } from '../../lib/run-command.ts';
import { openConsoleShell } from '../../rehearse/console-shell.ts';
import type { ConsoleShell } from '../../rehearse/console-shell.ts';
import { firmwareFiles } from '../../rehearse/hardware/firmware.ts';
import { waitForInstallation } from '../../rehearse/power-cycle.ts';
import { partitionOffset } from '../helpers/partition-offset.ts';
import { runInstallTest } from './run-install-test.ts';
import type { InstallLab } from './run-install-test.ts';

const SHUT_DOWN_MS = 90_000;
const ESP_NUMBER = 127;

test('a UEFI machine keeps its boot files and entries, and starts without any entry', async (t) => {
  await runInstallTest({
    name: 'uefi-loader',
    hardware: { firmware: 'uefi' },
    limitMs: 25 * 60_000,
    check: async (lab) => {
      const { install, second } = lab.logs;
      await lab.server.control.arm(lab.machine.name);
      const first = await lab.switchOn('network', install);
      const installed = await waitForInstallation(lab, first, install);
      assert.equal(installed.state, 'installed', installed.reason ?? '');
      assert.equal(installed.lastReport?.report.changedTotal, 0);
      t.diagnostic(`installed and reported after ${first.secondsNow().toFixed(0)} s`);
      const shell = await openConsoleShell(first.vm, lab.options.signal, install);
      await breakAndRepair(shell);
      assert(await first.vm.shutDown(SHUT_DOWN_MS), 'it did not shut down by itself');
      await readPartition(lab);

      const variables = join(lab.workDir, 'fresh-variables.fd');
      await copyFile(firmwareFiles({ architecture: 'amd64', firmware: 'uefi' })?.variables ?? '', variables);
      const forgetful = await lab.switchOn('fresh firmware', second, { variables });
      const { state, attempts, lastReport } = await lab.waitForReport(forgetful);
      assert.deepEqual([state, attempts], ['installed', 1]);
      assert.deepEqual(lastReport?.report.errors, []);
      const { output } = await (await openConsoleShell(forgetful.vm, lab.options.signal, second)).run('efibootmgr -v');
      const [, order = ''] = /^BootOrder: (\w{4})/m.exec(output) ?? [];
      assert.match(output, new RegExp(`^Boot${order}\\* debian\\tHD\\(${ESP_NUMBER},GPT,`, 'm'));
      t.diagnostic(`fresh firmware at its login prompt after ${forgetful.loginSeconds()?.toFixed(0)} s`);
    },
  });
});

async function breakAndRepair(shell: ConsoleShell): Promise<void> {
  const before = await shell.run('efibootmgr -v; find /boot/efi -type f -exec sha256sum {} + | sort -k2');
  assert.match(before.output, /shimx64\.efi/);
  const numbers = 'set -- $(efibootmgr | sed -n "s/^BootOrder: //p" | tr , " ")';
  for (const { what, expected } of [
    { what: 'rm -r /boot/efi/EFI/BOOT', expected: /EFI\/BOOT\/BOOTX64\.EFI/ },
    { what: 'echo exit > /boot/efi/EFI/debian/grub.cfg', expected: /EFI\/debian\/grub\.cfg/ },
    { what: 'rm /boot/efi/EFI/debian/grubx64.efi; umount /boot/efi', expected: /EFI\/debian\/grubx64\.efi/ },
    { what: `${numbers}; efibootmgr -q -o $2,$1`, expected: /boot order: .* is not ours first/ },
    { what: `${numbers}; efibootmgr -q -B -b $1`, expected: /boot entry: missing/ },
    { what: `${numbers}; efibootmgr -q -A -b $1`, expected: /switched off/ },
  ]) {
    assert.deepEqual(await shell.run(what), { output: '', exitCode: 0 }, what);
    const dry = await shell.run('gutinteg --check-only');
    assert.match(dry.output, expected, what);
    assert.equal(dry.exitCode, 3, what);
    const repaired = await shell.run('gutinteg');
    assert.match(repaired.output, expected, what);
    assert.equal(repaired.exitCode, 0, repaired.output);
    const clean = await shell.run('gutinteg --check-only');
    assert.equal(clean.exitCode, 0, clean.output);
  }
  await shell.run('mount /boot/efi');
  const after = await shell.run('efibootmgr -v; find /boot/efi -type f -exec sha256sum {} + | sort -k2');
  assert.equal(
    after.output.replaceAll(/^Boot(Order|Current|Next).*\n/gm, ''),
    before.output.replaceAll(/^Boot(Order|Current|Next).*\n/gm, ''),
  );
}

/** As mtools read it, which are not Linux's FAT. */
async function readPartition({ disks }: InstallLab): Promise<void> {
  const [disk = assert.fail('no disk')] = disks;
  const image = `${disk.file}@@${await partitionOffset(disk.file, ESP_NUMBER)}`;
  const { stdout } = await runCommand(['mdir', '-i', image, '-/', '-b', '::/EFI']);
  assert.deepEqual(
    stdout
      .trim()
      .split('\n')
      .filter((line) => !line.endsWith('/'))
      .toSorted(),
    [
      '::/EFI/BOOT/BOOTX64.EFI',
      '::/EFI/BOOT/fbx64.efi',
      '::/EFI/BOOT/mmx64.efi',
      ...['BOOTX64.CSV', 'fbx64.efi', 'grub.cfg', 'grubx64.efi', 'mmx64.efi', 'shimx64.efi'].map(
        (name) => `::/EFI/debian/${name}`,
      ),
    ],
  );
}
