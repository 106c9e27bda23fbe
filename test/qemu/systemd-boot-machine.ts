// A machine that systemd-boot starts, from its installation over a new kernel to one that its own run has ordered. Which
// loader and which entry started it, systemd-boot's own variables say.
import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { runCommand } from '../../lib/run-command.ts';
import { openConsoleShell } from '../../rehearse/console-shell.ts';
import type { ConsoleShell } from '../../rehearse/console-shell.ts';
import { expectFirmware } from '../../rehearse/expect-firmware.ts';
import { waitForInstallation } from '../../rehearse/power-cycle.ts';
import type { SwitchedOn } from '../../rehearse/switch-on.ts';
import { imagePartition } from '../helpers/image-partition.ts';
import { unpackedPackage } from '../helpers/unpacked-package.ts';
import { BOOT_ORDER, breakAndRepair } from './break-and-repair.ts';
import type { Break } from './break-and-repair.ts';
import { buildNext, publishNext } from './next-image.ts';
import { runInstallTest } from './run-install-test.ts';
import type { InstallLab } from './run-install-test.ts';

const SHUT_DOWN_MS = 90_000;
const ESP_NUMBER = 127;
const HOST = 'sdboot1';
const LOADER = 'usr/lib/systemd/boot/efi/systemd-bootx64.efi';

const database = `${HOST}: small-client room-a
    MAC=52:54:00:77:00:72
    IP=10.77.0.172
    BOOTLOADER=systemd-boot
    PACKAGES+=systemd-boot
    PARTITION="disk0: (a 2G ext4 /) (b rest ext4 /home)"
`;

/** In the long run only: two installations, and an image that is built. */
export async function keepSystemdBoot(t: TestContext): Promise<void> {
  // As a package of the machine's: an image of its own would be one more that every test's site builds.
  const loader = await readFile(join(await unpackedPackage('systemd-boot-efi'), LOADER));
  await runInstallTest({
    name: 'systemd-boot',
    hardware: { firmware: 'uefi' },
    machine: { host: HOST, database, packages: { [`systemd-boot/${LOADER}`]: loader } },
    copyStore: true,
    limitMs: 40 * 60_000,
    check: async (lab) => {
      const building = buildNext(lab);
      building.catch(() => undefined);
      await installAndRepair(lab, async () => publishNext(lab, await building), t);
      const { machine, shell } = await startNewKernel(lab);
      t.diagnostic(`the new kernel at its login prompt after ${machine.loginSeconds()?.toFixed(0)} s`);
      await startOnceFromNetwork(lab, machine, shell);
      t.diagnostic(`by way of the network at its disk again after ${machine.secondsNow().toFixed(0)} s`);
      await installAnew(lab, machine);
      t.diagnostic(`installed anew after ${machine.secondsNow().toFixed(0)} s`);
      await machine.vm.kill();
    },
  });
}

async function installAndRepair(lab: InstallLab, publish: () => Promise<void>, t: TestContext): Promise<void> {
  const { install } = lab.logs;
  await lab.server.control.arm(HOST);
  const machine = await lab.switchOn('network', install);
  const { state, reason, lastReport } = await waitForInstallation(lab, machine, install);
  assert.equal(state, 'installed', reason ?? '');
  assert.deepEqual([lastReport?.report.errors, lastReport?.report.changes], [[], []]);
  const shell = await openConsoleShell(machine.vm, lab.options.signal, install);
  await assertStartedBy(shell, /^gutinteg-6\.1\.0-\d+-amd64\.conf$/);
  await assertFirmware(shell, install);
  t.diagnostic(`installed and reported after ${machine.secondsNow().toFixed(0)} s`);
  assert.equal((await shell.run(OTHERS)).exitCode, 0);
  await breakAndRepair(shell, BREAKS);
  t.diagnostic(`broken and repaired after ${machine.secondsNow().toFixed(0)} s`);
  await publish();
  const { output, exitCode } = await shell.run('gutinteg');
  assert.equal(exitCode, 0, output);
  assert.match(output.replaceAll(/\s+/g, ' '), /loader\/entries\/gutinteg-6\.1\.0-\d+-cloud-amd64\.conf/);
  await breakAndRepair(shell, BREAKS_OF_TWO);
  assert(await machine.vm.shutDown(SHUT_DOWN_MS), 'it did not shut down by itself');
  await assertEntriesLead(lab);
  t.diagnostic(`the new kernel carried and looked at after ${machine.secondsNow().toFixed(0)} s`);
}

/** What other systems have on the same partition. */
const OTHERS =
  'mkdir /boot/efi/EFI/other && echo x | tee /boot/efi/EFI/other/x.efi > /boot/efi/loader/entries/other.conf';

/** Several at once: each run is some seconds of an emulated processor. */
const BREAKS: readonly Break[] = [
  {
    what: [
      'rm /boot/efi/EFI/systemd/systemd-bootx64.efi',
      'echo x > /boot/efi/EFI/BOOT/BOOTX64.EFI',
      'echo timeout 600 > /boot/efi/loader/loader.conf',
      `${BOOT_ORDER}; efibootmgr -q -B -b $1`,
    ],
    expected: [
      /EFI\/systemd\/systemd-bootx64\.efi/,
      /EFI\/BOOT\/BOOTX64\.EFI/,
      /loader\/loader\.conf/,
      /boot entry: missing/,
    ],
  },
  {
    what: ['rm /boot/efi/loader/entries/gutinteg-*', 'echo linux /x > /boot/efi/loader/entries/gutinteg-5.conf'],
    expected: [
      /loader\/entries\/gutinteg-6\.\S+-amd64\.conf/,
      /loader\/entries\/gutinteg-5\.conf.*does not name it any more/,
    ],
  },
  {
    what: [
      'echo x >> /boot/efi/loader/entries/gutinteg-*-amd64.conf',
      'rm /boot/efi/gutinteg/*/vmlinuz*',
      'for file in /boot/efi/gutinteg/*/initrd*; do echo x > $file; done',
    ],
    expected: [
      /loader\/entries\/gutinteg-6\.\S+-amd64\.conf/,
      /gutinteg\/[0-9a-f]{16}\/vmlinuz-6\./,
      /gutinteg\/[0-9a-f]{16}\/initrd\.img-6\./,
    ],
  },
];

/** With the image's kernel, which has not started yet, and the one that runs. */
const BREAKS_OF_TWO: readonly Break[] = [
  {
    what: ['rm /boot/efi/loader/entries/gutinteg-*-cloud-amd64.conf', 'rm -r /boot/efi/gutinteg'],
    expected: [/loader\/entries\/gutinteg-6\.\S+-cloud-amd64\.conf/, /vmlinuz-6\.\S+-cloud-amd64/],
  },
];

/** systemd-boot says in variables what it is and which entry it chose. @see The Boot Loader Interface */
async function assertStartedBy(shell: ConsoleShell, entry: RegExp): Promise<void> {
  const variable = async (name: string): Promise<string> => {
    const file = `/sys/firmware/efi/efivars/${name}-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f`;
    // Four bytes of attributes come first; the file cannot be sought in, which tail would do.
    return (await shell.run(`cat ${file} | tail -c +5 | tr -d '\\0'; echo`)).output.trim();
  };
  assert.match(await variable('LoaderInfo'), /^systemd-boot 252/);
  assert.match(await variable('LoaderEntrySelected'), entry);
}

async function assertFirmware(shell: ConsoleShell, log: string): Promise<void> {
  const expectations = await expectFirmware('uefi', { shell, log });
  assert.deepEqual(
    expectations.filter(({ ok }) => !ok),
    [],
  );
}

/** As mtools reads it: each of our entries names files that are what their directory says; others' files are there. */
async function assertEntriesLead({ disks: [disk] }: InstallLab): Promise<void> {
  assert(disk !== undefined);
  const image = `${disk.file}@@${(await imagePartition(disk.file, ESP_NUMBER)).startBytes}`;
  const read = async (path: string): Promise<Buffer> => {
    const { stdout } = await runCommand(['mtype', '-i', image, `::${path}`], { stdoutEncoding: 'latin1' });
    return Buffer.from(stdout, 'latin1');
  };
  const { stdout } = await runCommand(['mdir', '-i', image, '-/', '-b', '::/']);
  const paths = stdout.split('\n').flatMap((line) => (/^::\/.*[^/]$/.test(line) ? [line.slice('::'.length)] : []));
  const named: string[] = [];
  const entries = paths.filter((path) => path.startsWith('/loader/entries/gutinteg-'));
  for (const entry of entries) {
    for (const [, path = ''] of (await read(entry)).toString().matchAll(/^(?:linux|initrd) (\S+)$/gm)) {
      assert.equal(path.split('/')[2], hash('sha256', await read(path)).slice(0, 16), `${entry}: ${path}`);
      named.push(path);
    }
  }
  assert.deepEqual([entries.length, named.length], [2, 4]);
  const ours = ['/loader/loader.conf', '/EFI/BOOT/BOOTX64.EFI', '/EFI/systemd/systemd-bootx64.efi'];
  const theirs = ['/loader/entries/other.conf', '/EFI/other/x.efi'];
  assert.deepEqual(paths.toSorted(), [...named, ...entries, ...ours, ...theirs].toSorted());
}

async function startNewKernel(lab: InstallLab): Promise<{ machine: SwitchedOn; shell: ConsoleShell }> {
  const { second } = lab.logs;
  const machine = await lab.switchOn('new kernel', second);
  const { state, attempts, lastReport } = await lab.waitForReport(machine);
  assert.deepEqual([state, attempts, machine.resets().length], ['installed', 1, 0]);
  assert.deepEqual([lastReport?.report.errors, lastReport?.report.changes], [[], []]);
  const shell = await openConsoleShell(machine.vm, lab.options.signal, second);
  assert.match((await shell.run('uname -r')).output, /^6\.1\.0-\d+-cloud-amd64$/m);
  await assertStartedBy(shell, /-cloud-amd64\.conf$/);
  await assertFirmware(shell, second);
  return { machine, shell };
}

/** Nobody has armed it: the server sends it to its disk, once. */
async function startOnceFromNetwork(lab: InstallLab, machine: SwitchedOn, shell: ConsoleShell): Promise<void> {
  const order = /^BootOrder: .*$/m.exec((await shell.run('efibootmgr')).output)?.[0] ?? assert.fail('no order');
  const start = machine.vm.console().length;
  machine.vm.type('gutinteg netboot --reboot\n');
  await lab.waitForConsole(machine, /the next start is from the network: boot entry/, start);
  await lab.waitForConsole(
    machine,
    /gutinteg: 52:54:00:77:00:72: .*\n[^]*starting \(hd0,gpt127\)\/EFI\/systemd\/systemd-bootx64\.efi/,
    start,
  );
  await lab.waitForConsole(machine, new RegExp(`${HOST} login:`), start);
  const after = await openConsoleShell(machine.vm, lab.options.signal, lab.logs.second);
  await assertStartedBy(after, /-cloud-amd64\.conf$/);
  const { output } = await after.run('efibootmgr');
  assert.ok(output.includes(order), output);
  assert.doesNotMatch(output, /BootNext/);
  const { state, attempts } = await lab.status();
  assert.deepEqual([state, attempts], ['installed', 1]);
}

/** The run that is told so orders the start, and nothing else does. */
async function installAnew(lab: InstallLab, machine: SwitchedOn): Promise<void> {
  const log = lab.logs.second;
  const shell = await openConsoleShell(machine.vm, lab.options.signal, log);
  await lab.server.control.arm(HOST);
  const { output, exitCode } = await shell.run('gutinteg');
  assert.equal(exitCode, 0, output);
  assert.match(output.replaceAll(/\s+/g, ' '), /armed: the next start is from the network \(boot entry/);
  assert.match((await shell.run('efibootmgr')).output, /^BootNext: \w{4}$/m);
  const start = machine.vm.console().length;
  machine.vm.type('reboot\n');
  await waitForInstallation(lab, machine, log);
  await lab.waitForConsole(machine, new RegExp(`${HOST} login:`), start);
  const { state, attempts, reason, lastReport } = await lab.status();
  assert.deepEqual([state, attempts], ['installed', 1], reason ?? '');
  assert.deepEqual([lastReport?.report.run, lastReport?.report.errors], ['first-boot', []]);
  const after = await openConsoleShell(machine.vm, lab.options.signal, log);
  await assertStartedBy(after, /-cloud-amd64\.conf$/);
  await assertFirmware(after, log);
}
