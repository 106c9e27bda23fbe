// The fleet's server, whole: its store and its port. In: where both are. Out: a server that answers hosts until it is closed.
// Never: reads site.yaml; makes a certificate.
import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { UserError } from '../lib/errors.ts';
import type { Log } from '../lib/log.ts';
import { openFleet } from './fleet.ts';
import type { Fleet } from './fleet.ts';
import { startFleetServer } from './servers/fleet-server.ts';
import type { FleetServer } from './servers/fleet-server.ts';
import { createHostRoutes } from './servers/host-routes.ts';
import { measureBusyness } from './servers/measure-busyness.ts';
import { openStore } from './store/open-store.ts';
import type { StorePlace } from './store/open-store.ts';

export type FleetPlace = {
  readonly stateDir: string;
  readonly address: string;
  /** 0 is any. */
  readonly port: number;
  /** A URI of PostgreSQL; without it, SQLite in the state directory. */
  readonly database?: string;
  /** Files in PEM; without them, those of `gutinteg fleet tls`. */
  readonly tlsKey?: string;
  readonly tlsCertificate?: string;
  readonly log: Log;
};

export type RunningFleet = { readonly fleet: Fleet; readonly port: number; readonly close: () => Promise<void> };

/** @throws UserError without a certificate, and when the store or the port cannot be had */
export async function serveFleet(place: FleetPlace): Promise<RunningFleet> {
  const tls = await readTls(place);
  await mkdir(join(place.stateDir, 'fleet'), { recursive: true, mode: 0o700 });
  const store = await openStore(storePlace(place));
  const { busyness, stop } = measureBusyness();
  const end = async (server?: FleetServer): Promise<void> => {
    await server?.close();
    stop();
    await store.close();
  };
  try {
    const fleet = await openFleet({ store, log: place.log, busyness });
    const { address, port, log } = place;
    const server = await startFleetServer({ address, port, log, ...tls, routes: createHostRoutes(fleet) });
    log.info({ address, port: server.port, store: store.kind }, 'the fleet is served');
    return { fleet, port: server.port, close: () => end(server) };
  } catch (error) {
    await end();
    throw error;
  }
}

const storePlace = ({ stateDir, database }: FleetPlace): StorePlace =>
  database === undefined ? { file: join(stateDir, 'fleet', 'fleet.db') } : { postgres: database };

async function readTls({
  stateDir,
  tlsKey,
  tlsCertificate,
}: FleetPlace): Promise<{ key: string; certificate: string }> {
  const directory = join(stateDir, 'fleet', 'tls');
  const [key, certificate] = await Promise.all([
    readPem(tlsKey ?? join(directory, 'key.pem')),
    readPem(tlsCertificate ?? join(directory, 'certificate.pem')),
  ]);
  return { key, certificate };
}

async function readPem(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new UserError(`${file}, which hosts know the fleet's server by, cannot be read; nothing was started`, {
      cause,
      exitCode: 2,
      hint: `gutinteg fleet tls, or --tls-key and --tls-certificate; it is needed in ${dirname(file)}`,
    });
  }
}
