// One machine that is installed from a stick or CD, without a server or with one. In: hardware, what the medium is for.
// Out: nothing, or an error that names the logs.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { runCommand } from '../../lib/run-command.ts';
import { gutintegArgv } from '../../rehearse/gutinteg-argv.ts';
import type { HardwareKind } from '../../lib/virtual-hardware.ts';
import { plainConsole } from '../../rehearse/console-text.ts';
import { waitFor } from '../../rehearse/wait-for.ts';
import { offerBootFileUrl } from './boot-file-url.ts';
import { runInstallTest } from './run-install-test.ts';
import type { InstallLab } from './run-install-test.ts';

const LIMIT_MS = 20 * 60_000;
const HOST = 'small1';

/** The firmware keeps an image that it has from a URL; small1's is smaller than what this is more than 1 GiB. */
const MEMORY_WITH_IMAGE_MIB = 1280;

/** What the kernel calls the medium; a RAM disk of the firmware is persistent memory. */
const DEVICES = { network: 'none', http: 'pmem0', stick: 'sd', cd: 'sr0' } as const;

/** `gutinteg media build`, as an administrator types it. */
async function buildMedium(lab: InstallLab, ...words: readonly string[]): Promise<string> {
  const image = join(lab.workDir, 'medium.iso');
  const { site } = lab.machine;
  const place = ['--site', site.dir, '--state', lab.workDir];
  await runCommand(gutintegArgv('media', 'build', '--out', image, ...words, ...place), { onLine: lab.options.onLine });
  return image;
}

/** The medium installs the machine while no server is there, once; the server hears of it from the installed system. */
export async function installOffline(name: string, hardware: Partial<HardwareKind>): Promise<void> {
  await runInstallTest({
    name,
    hardware,
    limitMs: LIMIT_MS,
    ...(hardware.media === 'http' ? { memoryMiB: MEMORY_WITH_IMAGE_MIB } : {}),
    check: async (lab) => {
      const medium = await buildMedium(lab, '--offline', '--machine', HOST);
      const noted = (await lab.status()).timeline.map(({ text }) => text);
      assert(noted.includes('a medium was made that installs it without this server'), noted.join('\n'));
      await lab.server.kill();
      await using network = hardware.media === 'http' ? await offerBootFileUrl(lab, medium, 'small1.iso') : undefined;
      const machine = await lab.switchOn('medium', lab.logs.install, { medium });
      const started = new RegExp(`started from medium [0-9a-f]{16} on /dev/${DEVICES[hardware.media ?? 'network']}`);
      const shown = await lab.waitForConsole(machine, started);
      assert.match(shown, /Install small1 from this medium: ERASES its disks, once/);
      await network?.stop();
      await lab.waitForConsole(machine, /The installation is complete/);
      await lab.server.start();
      // The medium stays in, and the machine starts from its disk all the same.
      const status = await lab.waitForReport(machine);
      assert.equal(status.state, 'installed');
      assert.equal(machine.resets().length, 1, 'it is not installed again');
      // What the installer did while nobody heard it is told by the system that it has installed.
      const told = status.timeline.map(({ text }) => text);
      assert(told.includes('finish: what the nightly run needs to know (step 1 of 3)'), told.join('\n'));
      assert.equal(status.lastReport?.report.run, 'first-boot');
    },
  });
}

/** The medium asks the server, which has the machine left alone until it is armed. */
export async function installOnline(name: string, hardware: Partial<HardwareKind>): Promise<void> {
  await runInstallTest({
    name,
    hardware,
    limitMs: LIMIT_MS,
    check: async (lab) => {
      const medium = await buildMedium(lab);
      const unarmed = await lab.switchOn('not armed', join(lab.workDir, 'unarmed-serial.log'), { medium });
      await lab.waitForConsole(unarmed, /This machine is left alone: .*small1 is not armed/);
      await unarmed.vm.kill();
      await lab.server.control.arm(HOST);
      const machine = await lab.switchOn('armed', lab.logs.install, { medium });
      const status = await lab.waitForReport(machine);
      assert.equal(status.state, 'installed');
      assert.equal(machine.resets().length, 1, plainConsole(machine.vm.console()).slice(-2000));
    },
  });
}

/**
 * Somebody else's network gives the firmware the image's URL. The firmware keeps the image as a RAM disk, the kernel
 * finds it as persistent memory, and the site's server is asked as from a stick.
 */
export async function askFromUrl(name: string, hardware: Partial<HardwareKind>): Promise<void> {
  await runInstallTest({
    name,
    hardware,
    limitMs: LIMIT_MS,
    check: async (lab) => {
      const image = await buildMedium(lab);
      await lab.server.kill();
      await using network = await offerBootFileUrl(lab, image, 'site.iso');
      const machine = await lab.switchOn('URL', lab.logs.install);
      await lab.waitForConsole(machine, /started from medium [0-9a-f]{16} on \/dev\/pmem0/);
      await network.stop();
      await lab.server.start();
      await lab.waitForConsole(machine, /This machine is left alone: .*small1 is not armed/);
    },
  });
}

/** A medium that names another machine changes nothing. */
export async function leaveAlone(name: string, hardware: Partial<HardwareKind>): Promise<void> {
  await runInstallTest({
    name,
    hardware,
    limitMs: LIMIT_MS,
    check: async (lab) => {
      const medium = await buildMedium(lab, '--offline', '--machine', 'lab01');
      const machine = await lab.switchOn('foreign medium', lab.logs.install, { medium });
      const shown = await lab.waitForConsole(machine, /Nothing was changed\./);
      assert.match(shown, /installs lab01 \(.*\); the network cards of this machine are 52:54:00:77:00:61/);
      await waitFor({
        what: 'what to do with the medium',
        timeoutMs: 60_000,
        signal: lab.options.signal,
        look: () => /take the medium out|starts '.*' next/.test(machine.vm.console()) || undefined,
      });
    },
  });
}
