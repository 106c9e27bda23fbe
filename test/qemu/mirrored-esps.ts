// The EFI system partitions of a mirror: one on each disk, all with the same files. In: a machine that was installed on
// such a mirror. Out: nothing, or what was not so. Never: trusts the installed system alone; mtools read the images, too.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { runCommand } from '../../lib/run-command.ts';
import { openConsoleShell } from '../../rehearse/console-shell.ts';
import type { ConsoleShell } from '../../rehearse/console-shell.ts';
import { gutintegArgv } from '../../rehearse/gutinteg-argv.ts';
import type { VirtualDisk } from '../../rehearse/qemu-argv.ts';
import type { SwitchedOn } from '../../rehearse/switch-on.ts';
import { ESP_NUMBER, readEsp } from '../helpers/read-esp.ts';
import type { InstallLab } from './run-install-test.ts';

const FALLBACK_LIST = 'EFI/debian/BOOTX64.CSV';

/** `gutinteg plan`: the plan would destroy something. */
const DESTROYS = 3;

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

/** What docs/partition.md says of a disk that breaks, with a blank one in the place of disk0. `database` knows its serial number. */
export async function replaceDisk(
  lab: InstallLab,
  machine: SwitchedOn,
  input: { database: string; log: string },
): Promise<void> {
  const shell = await openConsoleShell(machine.vm, lab.options.signal, input.log);
  await lab.describe(input.database);
  const { table, espCommand } = await planOfNewDisk(lab, shell);
  const lines = table
    .trim()
    .split('\n')
    .map((line) => `'${line}'`);
  await expectRun(shell, `printf '%s\\n' ${lines.join(' ')} | sfdisk --quiet /dev/vda`, 0);
  await expectRun(shell, espCommand, 0);
  await expectRun(shell, 'mdadm /dev/md/boot --add /dev/vda1 && mdadm --wait /dev/md/boot; grep -c UU /proc/mdstat', 0);
  assert.match(await expectRun(shell, 'gutinteg --check-only', 3), /disk0:\/EFI\/debian\/shimx64\.efi/);
  await expectRun(shell, 'gutinteg', 0);
  await expectRun(shell, 'gutinteg --check-only && sync', 0);
}

/** As an administrator would: facts of the machine, and the plan that the server makes of them. */
async function planOfNewDisk(lab: InstallLab, shell: ConsoleShell): Promise<{ table: string; espCommand: string }> {
  const packed = await expectRun(shell, 'gutinteg facts >/run/facts.json && gzip -c /run/facts.json | base64', 0);
  const facts = join(lab.workDir, 'facts.json');
  await writeFile(facts, gunzipSync(Buffer.from(packed, 'base64')));
  const { site, name } = lab.machine;
  const argv = gutintegArgv('plan', name, '--site', site.dir, '--state', lab.workDir, '--disks', facts, '--json');
  const { stdout } = await runCommand(argv, { okExitCodes: [0, 2, DESTROYS] });
  await writeFile(join(lab.workDir, 'plan.json'), stdout);
  const { steps } = JSON.parse(stdout) as { steps: { argv?: string[]; stdin?: string }[] };
  const find = (program: string, device: string) =>
    steps.find(({ argv: words = [] }) => words[0] === program && words.at(-1) === device) ?? assert.fail(stdout);
  const table = find('sfdisk', '/dev/vda').stdin ?? assert.fail('no table');
  return { table, espCommand: find('mkfs.vfat', `/dev/vda${ESP_NUMBER}`).argv?.join(' ') ?? '' };
}

async function expectRun(shell: ConsoleShell, command: string, exitCode: number): Promise<string> {
  const done = await shell.run(command);
  assert.equal(done.exitCode, exitCode, `${command}: ${done.output}`);
  return done.output;
}
