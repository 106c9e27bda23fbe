// The fleet's server beside the netboot server, where site.yaml has one. In: a site. Out: a server, and what netboot tells it.
import { publicKeyText } from '../contract/fleet/signed-request.ts';
import { enrolInstalled } from '../fleet/enrolment/enrol-installed.ts';
import type { Fleet } from '../fleet/fleet.ts';
import { serveFleet } from '../fleet/serve-fleet.ts';
import { describeError } from '../lib/errors.ts';
import type { Log } from '../lib/log.ts';
import type { FleetKey, OnFleetKey } from '../netboot/fleet-keys.ts';
import { openMachineRecords } from './open-machine-records.ts';
import { noteOrderKey } from './read-fleet-settings.ts';
import type { SiteState } from './open-site-state.ts';
import { startTelling } from './start-telling.ts';
import type { StartedFleet } from './start-telling.ts';

/**
 * Undefined where the site has no fleet, or its server is elsewhere and lets machines in by a yes.
 * @throws UserError when it cannot be served, and for a token file that is not there
 */
export async function startFleet(state: SiteState, log: Log): Promise<StartedFleet | undefined> {
  const { dir, settings, stateDir } = state;
  if (settings.fleet === undefined) return undefined;
  if (!settings.fleet.serve) return startTelling(state, log);
  const { port } = new URL(settings.fleet.url);
  const machines = await openMachineRecords(dir, log);
  const records = machines === undefined ? {} : { records: machines.records };
  const running = await serveFleet({ stateDir, address: '0.0.0.0', port: Number(port || '443'), ...records, log });
  await noteOrderKey(stateDir, publicKeyText(running.fleet.orderKey));
  const { onFleetKey, whenIdle } = enrolOneByOne(running.fleet, log);
  const close = async (): Promise<void> => {
    await whenIdle();
    machines?.close();
    await running.close();
  };
  return { onFleetKey, close };
}

/** At the start all machines are told at once; the store takes them one after another. */
export function enrolOneByOne(fleet: Fleet, log: Log): { onFleetKey: OnFleetKey; whenIdle: () => Promise<void> } {
  let last = Promise.resolve();
  const enrol = async (key: FleetKey): Promise<void> => {
    try {
      const { state, reason } = await enrolInstalled(fleet, key);
      if (state !== 'enrolled') log.warn({ machine: key.name, state, reason }, 'a machine is not let into the fleet');
    } catch (error) {
      // Its next report tells its key again, and so does the next start of this server.
      log.error({ machine: key.name, error: describeError(error) }, 'a machine could not be let into the fleet');
    }
  };
  return {
    onFleetKey: (key) => {
      last = last.then(() => enrol(key));
    },
    whenIdle: () => last,
  };
}
