// What a rehearsal needs to know of a machine before it is switched on: its cards, disks and what it should become.
import { join } from 'node:path';
import { UserError } from '../lib/errors.ts';
import { loadSiteSettings } from '../site/load-site.ts';
import type { SiteSettingsFile } from '../site/load-site.ts';
import { expectedMachine } from '../site/expected-machine.ts';
import type { ExpectedMachine } from '../site/expected-machine.ts';
import { SERIAL_CHARACTERS } from './qemu-argv.ts';

export type RehearsedMachine = ExpectedMachine & {
  readonly site: SiteSettingsFile;
  /** The server's address with the prefix length of the machine's network. */
  readonly serverAddress: string;
};

/** @throws UserError (exit code 2) when the site or the machine cannot be rehearsed, saying why */
export async function readRehearsedMachine(siteDir: string, host: string, state?: string): Promise<RehearsedMachine> {
  const site = await loadSiteSettings(siteDir, state === undefined ? {} : { state });
  const machine = await expectedMachine(join(site.dir, 'machdb'), host);
  if (machine.macs.length === 0)
    throw new UserError(`${host} has no MAC address; nothing can be rehearsed`, { exitCode: 2 });
  for (const { name, serial = '' } of machine.disks) {
    if (serial.length <= SERIAL_CHARACTERS) continue;
    throw new UserError(
      `DISK_${name} of ${host} asks for serial number ${serial}; a virtual disk's has ${SERIAL_CHARACTERS} characters at most`,
      { exitCode: 2 },
    );
  }
  const { address } = site.settings;
  if (address === undefined) {
    throw new UserError(`${site.dir}/site.yaml has no address: the rehearsal's network needs the server's`, {
      exitCode: 2,
    });
  }
  return { ...machine, site, serverAddress: `${address}/${machine.prefixLength}` };
}
