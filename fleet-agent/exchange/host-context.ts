// What every part of a check-in needs. In: nothing. Out: its shape.
import type { Host } from '../../package-systems/ask.ts';
import type { PackageSystem } from '../../package-systems/package-system.ts';
import type { OrderPlaces } from '../orders/order-places.ts';
import type { Uptime } from '../state/due-file.ts';
import type { HostKey } from '../state/host-key.ts';
import type { ServerPlace } from '../state/server-place.ts';
import type { StatePaths } from '../state/state-paths.ts';
import type { FleetClient } from '../wire/fleet-client.ts';

export type HostContext = {
  readonly paths: StatePaths;
  readonly place: ServerPlace;
  readonly key: HostKey;
  readonly client: FleetClient;
  readonly system: PackageSystem;
  readonly host: Host;
  /** Where orders are handed over to the executor. */
  readonly orders: OrderPlaces;
  readonly uptime: Uptime;
  readonly agentVersion: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
};
