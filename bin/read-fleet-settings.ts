// What site.yaml says of the fleet, with the certificate itself. In: a site. Out: what machines are told.
import { join, resolve } from 'node:path';
import { tlsFiles } from '../fleet/tls/make-certificate.ts';
import { UserError } from '../lib/errors.ts';
import { readIfThere } from '../lib/read-if-there.ts';
import { writeFileAtomically } from '../lib/write-file-atomically.ts';
import { publishFleetSettings } from '../netboot/agent/publish-fleet-settings.ts';
import type { FleetSettings } from '../netboot/agent/publish-fleet-settings.ts';
import type { SiteState } from './open-site-state.ts';

/** Publishes what machines are told of the fleet, where there is one. @throws UserError for a certificate that is not there */
export async function publishFleet(state: SiteState): Promise<void> {
  const settings = await readFleetSettings(state);
  if (settings === undefined) return;
  await publishFleetSettings(settings, { store: state.store, signingKey: state.key.privateKey });
}

/** @throws UserError for a certificate that is not there */
export async function readFleetSettings({ dir, stateDir, settings }: SiteState): Promise<FleetSettings | undefined> {
  const { fleet } = settings;
  if (fleet === undefined) return undefined;
  const { url, certificate: named } = fleet;
  const file = named === undefined ? tlsFiles(join(stateDir, 'fleet/tls')).certificate : resolve(dir, named);
  const certificate = (await readIfThere(file))?.toString();
  if (certificate === undefined && named !== undefined) {
    throw new UserError(`${file}, which fleet.certificate in site.yaml names, does not exist`, { exitCode: 2 });
  }
  if (certificate === undefined && fleet.serve) {
    throw new UserError(`site.yaml has a fleet at ${url}, and its server has no certificate yet`, {
      exitCode: 2,
      hint: `gutinteg fleet tls --site ${dir} --name ${new URL(url).hostname}`,
    });
  }
  return {
    url,
    certificate,
    orderKey: fleet.orderKey ?? (fleet.serve ? await readServersOrderKey(stateDir) : undefined),
  };
}

/** The server of this site notes it when it starts, so that nobody else needs its store. */
const orderKeyFile = (stateDir: string): string => join(stateDir, 'fleet/order-key');

async function readServersOrderKey(stateDir: string): Promise<string | undefined> {
  return (await readIfThere(orderKeyFile(stateDir)))?.toString().trim();
}

export async function noteOrderKey(stateDir: string, orderKey: string): Promise<void> {
  if ((await readServersOrderKey(stateDir)) !== orderKey) {
    await writeFileAtomically(orderKeyFile(stateDir), `${orderKey}\n`);
  }
}
