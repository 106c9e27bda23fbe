// The demo's machine and what is expected of it, shared by `npm run demo` and the test of the whole way.
import { join } from 'node:path';
import { GiB } from '../lib/bytes.ts';
import { openConsoleShell, shownShell } from './console-shell.ts';
import { expectFirmware } from './expect-firmware.ts';
import type { FirmwareName } from '../lib/virtual-hardware.ts';
import { checkNightly } from './nightly-check.ts';
import type { RehearsalOptions, RehearsalSession } from './rehearse.ts';
import type { Expectation } from './verdict.ts';

const root = join(import.meta.dirname, '..');

/** The virtual computer that the demo and the tests switch on; its one disk is 16 GiB. */
export const demoHardware = { diskBytes: 16 * GiB, memoryMiB: 1024, cpus: 2, accelerator: 'tcg' } as const;

/** The example site, and a state directory that `GUTINTEG_STATE` moves. */
export const demoSite = {
  siteDir: join(root, 'examples/lab'),
  stateDir: process.env['GUTINTEG_STATE'] ?? join(root, '.state'),
} as const;

/** What the demo's machine has unless somebody says otherwise. */
export const demoFirmware: FirmwareName = 'uefi';

/** Machine lab01 of the example site, through its installation, a second start, one nightly run and a login. */
export function demoOptions(firmware: FirmwareName): Omit<RehearsalOptions, 'signal' | 'onLine' | 'keep'> {
  return {
    ...demoHardware,
    ...demoSite,
    host: 'lab01',
    hardware: { firmware },
    logIn: true,
    more: async (session) => [
      ...(await checkFirmware(session)),
      ...(await checkNightly(session, { path: '/etc/motd', text: 'Welcome to lab01 in Room A, first floor.' })),
    ],
  };
}

async function checkFirmware({ machine, vm, options, logs }: RehearsalSession): Promise<Expectation[]> {
  const log = logs.second;
  const quiet = await openConsoleShell(vm, options.signal, log);
  const shell = shownShell(quiet, { prompt: `${machine.name}#`, onLine: options.onLine });
  return expectFirmware(machine.hardware.firmware, { shell, log });
}
