// The netboot server: DHCP, TFTP and HTTP for machines, a control socket for people, in one process.
// In: site settings, a state directory, the site's key, a source of machines. Out: running servers and a way to stop them.
// Never: reads the machine database or plans disks itself.
import type { KeyObject } from 'node:crypto';
import { join } from 'node:path';
import { keyFingerprint } from '../contract/adoption.ts';
import type { StateStatus } from '../contract/health.ts';
import type { Log } from '../lib/log.ts';
import type { SiteSettings } from '../site/settings.ts';
import { createAdoptions } from './adoptions.ts';
import { answerDhcp, macOf } from './dhcp/answer-dhcp.ts';
import type { DhcpService } from './dhcp/answer-dhcp.ts';
import { createRestingAddresses } from './dhcp/resting-addresses.ts';
import { isOptionalBootFile } from './boot-programs/all.ts';
import { createBootService } from './boot-service.ts';
import type { BootService } from './boot-service.ts';
import { createClients } from './clients.ts';
import type { Clients } from './clients.ts';
import { listFleetKeys } from './fleet-keys.ts';
import type { OnFleetKey } from './fleet-keys.ts';
import type { MachineSource, SiteMachine } from './machine-source.ts';
import { findForNotes } from './machines/ask-machines.ts';
import { countMissingLines, createMachines, noteOnTimeline } from './machines/machines.ts';
import { describeTrouble, everySecond, makeStateDirectory, openState } from './open-state.ts';
import type { Machines } from './machines/machines.ts';
import { checkRange, findPlace } from './place.ts';
import type { ServedInterface } from './place.ts';
import { requireBootFilesFor } from './require-boot-files.ts';
import { addAdoptionRoutes } from './servers/adoption-routes.ts';
import { addBootRoutes } from './servers/boot-routes.ts';
import { serveControl } from './servers/control.ts';
import { serveDhcp } from './servers/dhcp.ts';
import type { DhcpServer } from './servers/dhcp.ts';
import { createApp, serveHttp } from './servers/http.ts';
import { addDiskRoutes } from './servers/disk-routes.ts';
import type { LogOnce } from '../lib/limited-log.ts';
import { createBodyReader } from './servers/read-body.ts';
import { createSendSigned } from './servers/send-signed.ts';
import { addMachineRoutes } from './servers/machine-routes.ts';
import { addRecordRoutes } from './servers/record-routes.ts';
import { serveRouterAdvertisements } from './servers/router-advertisements.ts';
import { SIZE_ASKED } from './servers/tftp-transfer.ts';
import { serveTftp } from './servers/tftp.ts';
import type { StateDatabase } from './state/database.ts';
import { createDiskRecords } from './state/disk-records.ts';
import { openLeases } from './state/lease-table.ts';

export type NetbootOptions = {
  readonly settings: SiteSettings;
  /** Holds netboot.db, control.sock, store/ and boot/; made when it is missing. */
  readonly stateDir: string;
  readonly source: MachineSource;
  readonly log: Log;
  /** Signs the answers that machines obey; machines have its public half. */
  readonly signingKey: KeyObject;
  /** PEM text of the site's public keys, for machines that are adopted. */
  readonly publicKeys?: readonly string[];
  /** Boot loaders by their names in `boot/ARCH/`; without them firmware is told that there is no such file. */
  readonly loaders?: ReadonlyMap<string, Uint8Array>;
  /** Told of each key that a machine's report names, and of all of them at the start. */
  readonly onFleetKey?: OnFleetKey;
  /** Ports other than the standard ones, for tests. `tftpPort` 0 takes any free one. */
  readonly dhcpPort?: number;
  readonly dhcpClientPort?: number;
  readonly tftpPort?: number;
};

export type Netboot = {
  /** `http://ADDRESS:PORT`, as machines see it. */
  readonly url: string;
  readonly httpPort: number;
  readonly tftpPort: number;
  readonly socketPath: string;
  readonly machines: Machines;
  readonly close: () => Promise<void>;
};

/**
 * Starts all servers, or none.
 * @throws UserError in one line, with what to do, for a port in use, a missing address or missing rights.
 */
export async function startNetboot(options: NetbootOptions): Promise<Netboot> {
  const place = findPlace(options.settings);
  checkRange(options.settings, place);
  const stack = new AsyncDisposableStack();
  try {
    const netboot = await startServers(options, place, stack);
    options.log.info({ url: netboot.url, state: options.stateDir }, 'serving DHCP, TFTP and HTTP');
    return netboot;
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}

async function startServers(
  options: NetbootOptions,
  place: ServedInterface,
  stack: AsyncDisposableStack,
): Promise<Netboot> {
  const { settings, source, log, stateDir } = options;
  await makeStateDirectory(stateDir, log);
  const socketPath = join(stateDir, 'control.sock');
  const { database, limited } = openState(options, stack);
  const clients = createClients();
  const onState = (machine: { name: string; state: string; reason: string | undefined }): void => {
    log.info({ reason: machine.reason }, `${machine.name} is now ${machine.state}`);
  };
  const logOnce = limited.once;
  const { attempts } = settings;
  const requireFiles = (site: SiteMachine): Promise<void> => requireBootFilesFor(site, stateDir);
  const machines = createMachines({ database, source, attempts, onState, requireBootFiles: requireFiles });
  const adoptions = createAdoptions({ database, source, machines });
  const serverUrl = `http://${place.address}:${settings.httpPort}`;
  const { publicKeys = [] } = options;
  const self = { serverUrl, fingerprints: publicKeys.map(keyFingerprint) };
  const { databaseStatus } = source;
  let serving = false;
  const isServing = (): boolean => serving;
  let packetsDropped = (): number => 0;
  const stateStatus = (): StateStatus => {
    const { lost, leftOut } = countMissingLines(machines);
    const counts = { lost, linesLeftOut: leftOut, logLeftOut: limited.leftOut(), packetsDropped: packetsDropped() };
    return { fault: describeTrouble(database), ...counts };
  };
  const controlOptions = {
    socketPath,
    machines,
    adoptions,
    clients,
    logOnce,
    databaseStatus,
    stateStatus,
    isServing,
    self,
  };
  const control = await serveControl(controlOptions);
  stack.use(disposable(control));
  stack.use(everySecond(() => void control.tend()));

  const loaders = options.loaders ?? new Map();
  const { consoles } = settings;
  const { firmwareOf } = clients;
  const boot = createBootService({ source, machines, serverUrl, consoles, firmwareOf, loaders });
  const app = createApp(logOnce, (routes) => {
    const readBody = createBodyReader();
    const sendSigned = createSendSigned(options.signingKey);
    addBootRoutes(routes, { boot, machines, clients, stateDir, sendSigned });
    const { onFleetKey } = options;
    addMachineRoutes(routes, { source, machines, clients, readBody, sendSigned, onFleetKey });
    addAdoptionRoutes(routes, { adoptions, publicKeys });
    addDiskRoutes(routes, { machines, records: createDiskRecords(stateDir), readBody, sendSigned });
    addRecordRoutes(routes, { source, publicVariables: settings.publicVariables, stateStatus });
  });
  // After a restart, before DHCP has told who is where, the records do.
  const isKnownAddress = (address: string): boolean =>
    clients.macOf(address) !== undefined || source.records.byIp(address) !== undefined;
  const http = await serveHttp(app, { address: place.address, port: settings.httpPort, isKnownAddress });
  stack.use(disposable(http));
  const known = { place, machines, clients, logOnce, isKnownAddress };
  const tftp = await startTftp(options, { ...known, boot });
  stack.use(disposable(tftp));
  const dhcp = await startDhcp(options, { ...known, database });
  stack.use(disposable(dhcp));
  if (settings.routerAdvertisements) stack.use(disposable(serveRouterAdvertisements({ card: place.name, log })));
  packetsDropped = dhcp.dropped;
  if (options.onFleetKey !== undefined) for (const key of listFleetKeys(machines.table)) options.onFleetKey(key);
  serving = true;
  const close = (): Promise<void> => stack.disposeAsync();
  return { url: serverUrl, httpPort: http.port, tftpPort: tftp.port, socketPath, machines, close };
}

type Known = {
  place: ServedInterface;
  machines: Machines;
  clients: Clients;
  logOnce: LogOnce;
  isKnownAddress: (address: string) => boolean;
};

function startTftp(options: NetbootOptions, known: Known & { boot: BootService }) {
  const { place, boot, machines, clients, logOnce, isKnownAddress } = known;
  return serveTftp({
    address: place.address,
    port: options.tftpPort ?? 69,
    logOnce,
    isKnownAddress,
    read: (file) => boot.file(file, 'tftp'),
    isOptional: (file) => isOptionalBootFile(file.replace(/^[\\/]+/, '')),
    onEnd: ({ file, from, how }) => {
      if (how === SIZE_ASKED) return;
      const row = findForNotes(machines, clients.macOf(from));
      if (row === undefined) return;
      noteOnTimeline(machines, row.id, {
        source: 'tftp',
        key: `tftp ${file} ${how}`,
        text: `fetched ${file} by TFTP: ${how}`,
      });
    },
  });
}

function startDhcp(options: NetbootOptions, known: Known & { database: StateDatabase }): Promise<DhcpServer> {
  const { place, machines, clients, database, logOnce } = known;
  const { log, source } = options;
  const { netboot: defaultWay, httpPort, dhcp } = options.settings;
  const { leaseSeconds, range } = dhcp;
  const pool = range === undefined ? undefined : { ...range, excluded: [place.address] };
  const leases = pool === undefined ? undefined : openLeases(database, { pool, leaseSeconds, now: Date.now });
  const service: DhcpService = {
    serverAddress: place.address,
    serverUrl: `http://${place.address}:${httpPort}`,
    serverNetmask: place.netmask,
    leaseSeconds,
    defaultWay,
    source,
    machines,
    leases,
    resting: createRestingAddresses(),
    clients,
    logOnce,
  };
  return serveDhcp({
    address: place.address,
    interface: place.name,
    port: options.dhcpPort ?? 67,
    clientPort: options.dhcpClientPort ?? 68,
    log,
    logOnce,
    answer: (packet, arrival) => answerDhcp(service, packet, arrival),
    isKnown: (packet) => {
      const mac = macOf(packet);
      return mac !== undefined && source.records.byMac(mac) !== undefined;
    },
  });
}

const disposable = (server: { close(): Promise<void> }): AsyncDisposable => ({
  [Symbol.asyncDispose]: () => server.close(),
});
