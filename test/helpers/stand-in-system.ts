// A package system of which a test says what is installed: no program is run. In: versions. Out: a kind, and what a check-in needs.
import { runCommand } from '../../lib/run-command.ts';
import { dpkg } from '../../package-systems/dpkg/dpkg.ts';
import type { PackageQuestion, PackageSystem } from '../../package-systems/package-system.ts';
import type { HostContext } from '../../fleet-agent/exchange/host-context.ts';
import { orderPlaces } from '../../fleet-agent/orders/order-places.ts';
import { readUptime } from '../../fleet-agent/state/due-file.ts';
import { ensureHostKey } from '../../fleet-agent/state/host-key.ts';
import { statePaths } from '../../fleet-agent/state/state-paths.ts';
import { createFleetClient } from '../../fleet-agent/wire/fleet-client.ts';

const says = <T>(answer: () => T): PackageQuestion<T> => ({ commands: [], parse: answer });

/** Packages `lab-0`, `lab-1`, … in these versions. The stamp is that of a file, which a test writes when they change. */
export const standInSystem = (versions: readonly string[], stampFile: string): PackageSystem => ({
  ...dpkg,
  list: says(() =>
    versions.map((version, index) => ({ name: `lab-${index}`, arch: 'all', version, flags: [], origin: '' })),
  ),
  candidates: says(() => []),
  broken: says(() => []),
  rebootReasons: says(() => []),
  describe: (names) =>
    says(() =>
      names.map((name) => ({
        name,
        arch: 'all',
        version: versions[0] ?? '',
        summary: `what ${name} is`,
        description: '',
        class: 'misc',
        vendor: 'Lab',
        homepage: '',
        installedBytes: 1,
        installedAt: undefined,
      })),
    ),
  stampPaths: [stampFile],
  listFiles: [],
});

export type StandInPlace = {
  readonly state: string;
  readonly url: string;
  /** PEM. */
  readonly certificate: string;
  readonly name: string;
};

/** Of a host with a stand-in for its package system, and the real client. */
export function standInContext(given: StandInPlace, system: PackageSystem): HostContext {
  const { state, url, certificate, name } = given;
  const paths = statePaths(state);
  const key = ensureHostKey(paths);
  const certificates = { read: () => undefined, write: () => undefined };
  return {
    paths,
    place: { url, certificate, name },
    key,
    client: createFleetClient({ url, certificate, key, certificates, timeoutMs: 20_000, now: Date.now }),
    system,
    host: { run: runCommand },
    orders: orderPlaces(`${state}.executor`, `${state}.trust`),
    uptime: readUptime(),
    agentVersion: 'test',
    now: Date.now,
  };
}
