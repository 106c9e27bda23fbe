// From the options of a command to what a check-in needs. In: a state directory. Out: a context; the lock on the state.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { lockDirectory } from '../../lib/lock-directory.ts';
import type { DirectoryLock } from '../../lib/lock-directory.ts';
import { runCommand } from '../../lib/run-command.ts';
import type { HostContext } from '../exchange/host-context.ts';
import { findPackageSystem } from '../look/find-package-system.ts';
import { orderPlaces } from '../orders/order-places.ts';
import { readUptime } from '../state/due-file.ts';
import { ensureHostKey } from '../state/host-key.ts';
import type { HostKey } from '../state/host-key.ts';
import { readFileIfThere, replaceFile } from '../state/replace-file.ts';
import type { ServerPlace } from '../state/server-place.ts';
import type { StatePaths } from '../state/state-paths.ts';
import { createFleetClient } from '../wire/fleet-client.ts';
import type { FleetClient } from '../wire/fleet-client.ts';
import { proxyFor } from '../../contract/fleet/connection/open-tunnel.ts';

/** For a connection, and for an answer. */
const TIMEOUT_MS = 60_000;

/** A context whose client is to be disposed of. */
export async function openContext(paths: StatePaths, place: ServerPlace): Promise<HostContext> {
  const key = ensureHostKey(paths);
  return {
    paths,
    place,
    key,
    client: openClient(paths, place, key),
    system: await findPackageSystem(),
    host: { run: runCommand },
    orders: orderPlaces(),
    uptime: readUptime(),
    agentVersion: agentVersion(),
    now: Date.now,
  };
}

/** To be disposed of. */
export function openClient(paths: StatePaths, place: ServerPlace, key: HostKey): FleetClient {
  const proxy = proxyFor(place.url, process.env);
  const certificates = {
    read: () => readFileIfThere(paths.certificate)?.toString(),
    write: (pem: string) => replaceFile(paths.certificate, pem),
  };
  return createFleetClient({ ...place, key, certificates, proxy, timeoutMs: TIMEOUT_MS, now: Date.now });
}

/** One at a time. @throws UserError that names the other process */
export const lockState = (paths: StatePaths, waitSeconds: number): Promise<DirectoryLock> =>
  lockDirectory(paths.directory, waitSeconds);

/** Of the file that was delivered beside the program; a program that is run from its source has none. */
export function agentVersion(program: string = process.argv[1] ?? ''): string {
  try {
    return (
      readFileSync(join(dirname(program), 'VERSION'), 'utf8')
        .trim()
        .slice(0, 64) || 'unknown'
    );
  } catch {
    return 'source';
  }
}
