// What a rehearsal needs to know of a machine before it is switched on: its cards, disks and what it should become.
import { join } from 'node:path';
import { UserError } from '../lib/errors.ts';
import { loadSiteSettings } from '../site/load-site.ts';
import type { SiteSettingsFile } from '../site/load-site.ts';
import { expectedMachine } from '../site/expected-machine.ts';
import type { ExpectedMachine } from '../site/expected-machine.ts';
import { diskBuses } from './hardware/disk-buses.ts';
import { architectureNames, defaultHardware, impossibleHardware } from '../lib/virtual-hardware.ts';
import type { HardwareKind } from '../lib/virtual-hardware.ts';

export type RehearsedMachine = ExpectedMachine & {
  readonly site: SiteSettingsFile;
  /** What it is rehearsed on. */
  readonly hardware: HardwareKind;
  /** The server's address with the prefix length of the machine's network. */
  readonly serverAddress: string;
};

export type RehearsalSubject = {
  readonly siteDir: string;
  readonly host: string;
  /** State directory instead of the site's. */
  readonly stateDir?: string;
  /** What differs from the default; ARCH of the record is the architecture unless one is given. */
  readonly hardware?: Partial<HardwareKind>;
};

/** @throws UserError (exit code 2) when the site or the machine cannot be rehearsed, saying why */
export async function readRehearsedMachine(subject: RehearsalSubject): Promise<RehearsedMachine> {
  const { siteDir, host, stateDir } = subject;
  const site = await loadSiteSettings(siteDir, stateDir === undefined ? {} : { state: stateDir });
  const machine = await expectedMachine(join(site.dir, 'machdb'), host);
  if (machine.macs.length === 0)
    throw new UserError(`${host} has no MAC address; nothing can be rehearsed`, { exitCode: 2 });
  const hardware = chooseHardware(machine, subject.hardware);
  const { address } = site.settings;
  if (address === undefined) {
    throw new UserError(`${site.dir}/site.yaml has no address: the rehearsal's network needs the server's`, {
      exitCode: 2,
    });
  }
  return { ...machine, site, hardware, serverAddress: `${address}/${machine.prefixLength}` };
}

function chooseHardware(machine: ExpectedMachine, wanted: Partial<HardwareKind> = {}): HardwareKind {
  const architecture = architectureNames.find((name) => name === machine.record['ARCH']);
  const hardware = { ...defaultHardware, ...(architecture === undefined ? {} : { architecture }), ...wanted };
  const reason = impossibleHardware(hardware);
  if (reason !== undefined)
    throw new UserError(`${machine.name} cannot be rehearsed like this: ${reason}`, { exitCode: 2 });
  const { serialCharacters } = diskBuses[hardware.bus];
  for (const { name, serial = '' } of machine.disks) {
    if (serial.length <= serialCharacters) continue;
    throw new UserError(
      `DISK_${name} of ${machine.name} asks for serial number ${serial}; a virtual disk's has ${serialCharacters} characters at most`,
      { exitCode: 2 },
    );
  }
  return hardware;
}
