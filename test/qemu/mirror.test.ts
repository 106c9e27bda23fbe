// Two disks as mirrors with LVM on top: the machine starts from both, and from either of them alone.
import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { join } from 'node:path';
import { test } from 'node:test';
import { GiB } from '../../lib/bytes.ts';
import { openConsoleShell } from '../../rehearse/console-shell.ts';
import { expectSystem } from '../../rehearse/expect-system.ts';
import { waitForInstallation } from '../../rehearse/power-cycle.ts';
import type { VirtualDisk } from '../../rehearse/qemu-argv.ts';
import type { SwitchedOn } from '../../rehearse/switch-on.ts';
import { createDisk } from '../../rehearse/virtual-machine.ts';
import { copyImage } from '../helpers/disk-image.ts';
import { howMany } from '../helpers/how-many.ts';
import { assertSameEsps, breakEsps, replaceDisk } from './mirrored-esps.ts';
import { runInstallTest } from './run-install-test.ts';
import type { InstallLab } from './run-install-test.ts';

const SHUT_DOWN_MS = 90_000;

/** The second disk, which the machine does not start from while both are there; in the long run the first one, too. */
const STARTS_ALONE = howMany({ few: 1, all: 2 });

/** FAT has neither owners nor modes, and times of two seconds: nothing of it may look changed. */
const AUTOEXEC = '@echo off\r\n';
const packages = { 'dos-files/dosc/AUTOEXEC.BAT': AUTOEXEC, 'dos-files/dosc/a long name/x.txt': 'x' };

const FAT_FILES = ['AUTOEXEC.BAT 11', 'a long name/x.txt 1'].join('\n');

const database = `mirror1: demo-client room-a
    MAC=52:54:00:77:00:41
    IP=10.77.0.141
    PARTITION="disk0: (a 512M raid1 boot) (b rest raid1 sys) \\
               disk1: (a 512M raid1 boot) (b rest raid1 sys) \\
               boot: (ext4 /boot) sys: (lvm vg0) \\
               vg0: (root 4G ext4 /) (swap 256M swap) (dosc 64M vfat /dosc) (home rest xfs /home)"
    PACKAGES+=dos-files
    DISK_disk0=serial:MIRROR-A
    DISK_disk1=serial:MIRROR-B
`;

/** With UEFI, each half has its own EFI system partition and boot entry, and a new disk gets them. */
for (const firmware of (['bios', 'uefi'] as const).slice(0, howMany({ few: 1, all: 2 }))) {
  test(`a machine on RAID 1 and LVM starts by ${firmware}, also from one of its disks`, async (t) => {
    await runInstallTest({
      name: `mirror-${firmware}`,
      // The only installation of `npm test` with these two.
      hardware: firmware === 'bios' ? { bus: 'sata', nic: 'e1000' } : { firmware },
      machine: { host: 'mirror1', database, packages },
      diskBytes: 8 * GiB,
      limitMs: 30 * 60_000,
      check: async (lab) => {
        await lab.server.control.arm('mirror1');
        const first = await lab.switchOn('network', lab.logs.install);
        const installed = await waitForInstallation(lab, first, lab.logs.install);
        assert.equal(installed.state, 'installed', installed.reason ?? '');
        const report = installed.lastReport?.report ?? assert.fail('no report');
        const wrong = expectSystem(lab.machine, report, lab.logs.install).filter(({ ok }) => !ok);
        assert.deepEqual(wrong, []);
        await checkMirrors(lab, first, '[UU]');
        await checkFat(lab, first);
        if (firmware === 'uefi') await breakEsps(lab, first);
        assert(await first.vm.shutDown(SHUT_DOWN_MS), 'it did not shut down by itself');
        t.diagnostic(`installed and shut down after ${first.secondsNow().toFixed(0)} s`);

        const halves = await copies(lab);
        if (firmware === 'uefi') await assertSameEsps(halves);
        for (const [index, left] of [...halves.entries()].slice(-STARTS_ALONE)) {
          const log = join(lab.workDir, `only-disk${index}-serial.log`);
          // The second time, a blank disk is where the first one was.
          const blank = firmware === 'uefi' && index === 1 ? [await blankDisk(lab)] : [];
          const alone = await lab.switchOn(`only ${left.serial}`, log, { disks: [...blank, left] });
          const { state, attempts, lastReport } = await lab.waitForReport(alone);
          assert.deepEqual([state, attempts], ['installed', 1]);
          const told = [...(lastReport?.report.notices ?? []), ...(lastReport?.report.errors ?? [])].join('\n');
          const gone = lab.disks[1 - index]?.serial ?? '';
          assert.match(told, new RegExp(`is missing: serial ${gone} `));
          await checkMirrors(lab, alone, '[U_]');
          t.diagnostic(`login with ${left.serial} alone after ${alone.loginSeconds()?.toFixed(0)} s`);
          if (blank.length > 0)
            await replaceDisk(lab, alone, { database: database.replace('MIRROR-A', NEW_SERIAL), log });
          await alone.vm.kill();
          if (blank.length > 0) await assertSameEsps([...blank, left]);
        }
      },
    });
  });
}

/** Each half as it was when the machine was switched off: after one start alone, it is ahead of the other. */
async function copies({ disks, workDir }: InstallLab): Promise<VirtualDisk[]> {
  const copied: VirtualDisk[] = [];
  for (const [index, disk] of disks.entries()) {
    const file = join(workDir, `alone${index}.raw`);
    await copyImage(disk.file, file);
    copied.push({ ...disk, file });
  }
  return copied;
}

const NEW_SERIAL = 'MIRROR-C';

async function blankDisk({ workDir, options }: InstallLab): Promise<VirtualDisk> {
  const file = join(workDir, 'blank.raw');
  await createDisk(file, options.diskBytes);
  return { file, serial: NEW_SERIAL };
}

/** What the installed system's own tools say of arrays, volumes and mounts. */
async function checkMirrors(lab: InstallLab, machine: SwitchedOn, members: '[UU]' | '[U_]'): Promise<void> {
  const shell = await openConsoleShell(machine.vm, lab.options.signal, lab.logs.install);
  const mdstat = (await shell.run('cat /proc/mdstat')).output;
  const states = [...mdstat.matchAll(/\[(?:[U_]{2})\]/g)].map(([state]) => (state === '[_U]' ? '[U_]' : state));
  assert.deepEqual(states, [members, members], mdstat);
  assert.doesNotMatch(mdstat, /resync|recovery|inactive|auto-read-only/);
  const volumes = (await shell.run('lvs --noheadings --options vg_name,lv_name --separator /')).output;
  assert.deepEqual(volumes.trim().split(/\s+/).sort(), ['vg0/dosc', 'vg0/home', 'vg0/root', 'vg0/swap']);
  const mounts = (await shell.run('findmnt --noheadings --list --real --output TARGET,SOURCE,FSTYPE')).output;
  for (const mount of [
    /^\/ +\/dev\/mapper\/vg0-root +ext4/m,
    /^\/boot +\/dev\/md\S+ +ext4/m,
    /^\/dosc +\/dev\/mapper\/vg0-dosc +vfat/m,
    /^\/home +\/dev\/mapper\/vg0-home +xfs/m,
  ]) {
    assert.match(mounts, mount);
  }
}

/** After a restart and a new mount, the nightly run finds nothing to do, then what was changed, and puts it right. */
async function checkFat(lab: InstallLab, machine: SwitchedOn): Promise<void> {
  const shell = await openConsoleShell(machine.vm, lab.options.signal, lab.logs.install);
  const expectRun = async (command: string, exitCode: number): Promise<string> => {
    const done = await shell.run(command);
    assert.equal(done.exitCode, exitCode, `${command}: ${done.output}`);
    return done.output.trim();
  };
  const again = 'umount /dosc && mount /dosc && gutinteg --check-only';
  assert.equal(await expectRun(String.raw`find /dosc -type f -printf '%P %s\n' | sort`, 0), FAT_FILES);
  await expectRun(`${again} --contents`, 0);
  await expectRun('cd /dosc; echo rem >> autoexec.bat; rm -r "a long name"; mkdir own; cd /', 0);
  await expectRun(again, 3);
  const said = await expectRun('gutinteg', 0);
  assert.match(said, /dosc\/AUTOEXEC\.BAT/);
  assert.match(said, /dosc\/a long name\/x\.txt/);
  await expectRun(again, 0);
  const digest = hash('sha256', AUTOEXEC);
  await expectRun(`test -d /dosc/own && sha256sum /dosc/AUTOEXEC.BAT | grep -q '^${digest} '`, 0);
}
