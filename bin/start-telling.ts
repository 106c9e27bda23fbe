// Tells the fleet's server elsewhere of this site's machines, where site.yaml has a token for that. In: a site. Out: what netboot tells
// it. Never: keeps the token; a new one in the file is used from then on.
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { reportMachines } from '../contract/fleet/api/installed-machines.ts';
import { connectToFleet } from '../fleet/api/api-client.ts';
import { createTelling } from '../fleet/enrolment/tell-server.ts';
import { UserError } from '../lib/errors.ts';
import type { Log } from '../lib/log.ts';
import { readIfThere } from '../lib/read-if-there.ts';
import type { OnFleetKey } from '../netboot/fleet-keys.ts';
import type { SiteSettings } from '../site/settings.ts';
import type { SiteState } from './open-site-state.ts';
import { readFleetSettings } from './read-fleet-settings.ts';

/** What netboot tells of each key, and how that ends. */
export type StartedFleet = { readonly onFleetKey: OnFleetKey; readonly close: () => Promise<void> };

/** Undefined where none is named. */
export const fleetTokenFile = (dir: string, { fleet }: SiteSettings): string | undefined =>
  fleet?.tokenFile === undefined ? undefined : resolve(dir, fleet.tokenFile);

/** Undefined without a token. @throws UserError when its file is missing, or everybody can read it */
export async function startTelling(state: SiteState, log: Log): Promise<StartedFleet | undefined> {
  const file = fleetTokenFile(state.dir, state.settings);
  const place = await readFleetSettings(state);
  if (file === undefined || place === undefined) return undefined;
  await readToken(file);
  const { url, certificate } = place;
  const { tell, close } = createTelling({
    log,
    ask: async (machines) => {
      const token = await readToken(file);
      const server = { url, token, ...(certificate === undefined ? {} : { certificate }) };
      return (await connectToFleet(server).ask(reportMachines, { machines })).results;
    },
  });
  return { onFleetKey: tell, close };
}

const OTHERS = 0o007;

async function readToken(file: string): Promise<string> {
  const text = (await readIfThere(file))?.toString().trim() ?? '';
  if (text === '') {
    throw new UserError(`${file}, which fleet.tokenFile in site.yaml names, has no token`, {
      exitCode: 2,
      hint: "on the fleet's server: gutinteg fleet token add NAME --user USER --only report-machines",
    });
  }
  if (((await stat(file)).mode & OTHERS) === 0) return text;
  throw new UserError(`${file} has a token in it, and everybody can read it`, {
    exitCode: 2,
    hint: `chmod o= ${file}`,
  });
}
