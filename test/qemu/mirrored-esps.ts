// The EFI system partitions of a mirror: one on each disk, all with the same files. In: a machine that was installed on
// such a mirror. Out: nothing, or what was not so. Never: trusts the installed system alone; mtools read the images, too.
import assert from 'node:assert/strict';
import { openConsoleShell } from '../../rehearse/console-shell.ts';
import type { ConsoleShell } from '../../rehearse/console-shell.ts';
import type { VirtualDisk } from '../../rehearse/qemu-argv.ts';
import type { SwitchedOn } from '../../rehearse/switch-on.ts';
import { ESP_NUMBER, readEsp } from '../helpers/read-esp.ts';
import type { InstallLab } from './run-install-test.ts';

const FALLBACK_LIST = 'EFI/debian/BOOTX64.CSV';

/** Changes the partition of each disk; one run puts both right. */
export async function breakEsps(lab: InstallLab, machine: SwitchedOn): Promise<void> {
  const shell = await openConsoleShell(machine.vm, lab.options.signal, lab.logs.install);
  await expectRun(shell, 'rm /boot/efi/EFI/debian/grub.cfg', 0);
  const other = `mount /dev/vdb${ESP_NUMBER} /mnt && echo exit >/mnt/EFI/debian/grub.cfg && rm -r /mnt/EFI/BOOT; umount /mnt`;
  await expectRun(shell, other, 0);
  const said = await expectRun(shell, 'gutinteg --check-only', 3);
  for (const path of ['disk0:/EFI/debian/grub.cfg', 'disk1:/EFI/debian/grub.cfg', 'disk1:/EFI/BOOT/BOOTX64.EFI']) {
    assert.ok(said.includes(path), `${path}: ${said}`);
  }
  await expectRun(shell, 'gutinteg', 0);
  await expectRun(shell, 'gutinteg --check-only', 0);
}

/** All files are the same but the list for shim's fallback, which names the boot entry of its disk. In the order of their names. */
export async function assertSameEsps(disks: readonly VirtualDisk[]): Promise<void> {
  const all = await Promise.all(disks.map(({ file }) => readEsp(file)));
  for (const [index, files] of all.entries()) {
    const list = files.get(FALLBACK_LIST) ?? assert.fail(`no ${FALLBACK_LIST} on disk${index}`);
    // UTF-16 behind a mark. @see shim's README.fallback
    assert.match(list.toString('utf16le'), new RegExp(`^\uFEFFshimx64\\.efi,debian \\(disk${index}\\),`));
    files.delete(FALLBACK_LIST);
  }
  assert.ok((all[0]?.size ?? 0) >= 8, 'too few files');
  for (const files of all) assert.deepEqual(files, all[0]);
}

async function expectRun(shell: ConsoleShell, command: string, exitCode: number): Promise<string> {
  const done = await shell.run(command);
  assert.equal(done.exitCode, exitCode, `${command}: ${done.output}`);
  return done.output;
}
