// The netboot server: DHCP, TFTP and HTTP for machines, a control socket for people, in one process.
// In: site settings, a state directory, a source of machines. Out: running servers and a way to stop them.
// Never: reads the machine database or plans disks itself.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { keyFingerprint } from '../contract/adoption.ts';
import type { Log } from '../lib/log.ts';
import type { SiteSettings } from '../site/settings.ts';
import { createAdoptions } from './adoptions.ts';
import { createDhcpAnswer } from './answer-dhcp.ts';
import { createBootService } from './boot-service.ts';
import type { BootService } from './boot-service.ts';
import { createClients } from './clients.ts';
import type { Clients } from './clients.ts';
import type { MachineSource } from './machine-source.ts';
import { createMachines } from './machines.ts';
import type { Machines } from './machines.ts';
import { checkRange, findPlace } from './place.ts';
import type { Place } from './place.ts';
import { addAdoptionRoutes } from './servers/adoption-routes.ts';
import { addBootRoutes } from './servers/boot-routes.ts';
import { serveControl } from './servers/control.ts';
import { serveDhcp } from './servers/dhcp.ts';
import { createApp, serveHttp } from './servers/http.ts';
import { addDiskRoutes } from './servers/disk-routes.ts';
import { createLogOnce } from './servers/log-once.ts';
import { addMachineRoutes } from './servers/machine-routes.ts';
import { addRecordRoutes } from './servers/record-routes.ts';
import { serveTftp } from './servers/tftp.ts';
import { openDatabase } from './state/database.ts';
import { createDiskRecords } from './state/disk-records.ts';
import { createLeases } from './state/leases.ts';

export type NetbootOptions = {
  readonly settings: SiteSettings;
  /** Holds netboot.db, control.sock and store/; made when it is missing. */
  readonly stateDir: string;
  readonly source: MachineSource;
  /** Directory with `vmlinuz` and `ramdisk.img`. */
  readonly bootDir: string;
  readonly log: Log;
  /** PEM text of the site's public keys, for machines that are adopted. */
  readonly publicKeys?: readonly string[];
  /** Directory of `undionly.kpxe`; that of Debian's package `ipxe` unless given. */
  readonly loaderDir?: string;
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

async function startServers(options: NetbootOptions, place: Place, stack: AsyncDisposableStack): Promise<Netboot> {
  const { settings, source, log, stateDir } = options;
  await mkdir(stateDir, { recursive: true, mode: 0o750 });
  const socketPath = join(stateDir, 'control.sock');
  const database = openDatabase(join(stateDir, 'netboot.db'));
  stack.defer(() => {
    database.close();
  });
  const clients = createClients();
  const onState = (machine: { name: string; state: string; reason: string | undefined }): void => {
    log.info({ reason: machine.reason }, `${machine.name} is now ${machine.state}`);
  };
  const machines = createMachines({ database, source, attempts: settings.attempts, onState });
  const adoptions = createAdoptions({ database, source, machines });
  const serverUrl = `http://${place.address}:${settings.httpPort}`;
  const { publicKeys = [] } = options;
  const self = { serverUrl, fingerprints: publicKeys.map(keyFingerprint) };
  const { databaseStatus } = source;
  stack.use(disposable(await serveControl({ socketPath, machines, adoptions, clients, log, databaseStatus, self })));

  const loaderDir = options.loaderDir ?? '/usr/lib/ipxe';
  const boot = await createBootService({ source, machines, serverUrl, consoles: settings.consoles, loaderDir });
  const app = createApp(log, (routes) => {
    const storeDir = join(stateDir, 'store');
    addBootRoutes(routes, { boot, machines, clients, bootDir: options.bootDir, storeDir });
    addMachineRoutes(routes, { source, machines, clients });
    addAdoptionRoutes(routes, { adoptions, publicKeys });
    addDiskRoutes(routes, { machines, records: createDiskRecords(stateDir) });
    addRecordRoutes(routes, { source, publicVariables: settings.publicVariables });
  });
  const http = await serveHttp(app, { address: place.address, port: settings.httpPort });
  stack.use(disposable(http));
  const tftp = await startTftp(options, { place, boot, machines, clients });
  stack.use(disposable(tftp));
  stack.use(disposable(await startDhcp(options, { place, machines, clients, database })));
  const close = (): Promise<void> => stack.disposeAsync();
  return { url: serverUrl, httpPort: http.port, tftpPort: tftp.port, socketPath, machines, close };
}

type Known = { place: Place; machines: Machines; clients: Clients };

function startTftp(options: NetbootOptions, { place, boot, machines, clients }: Known & { boot: BootService }) {
  return serveTftp({
    address: place.address,
    port: options.tftpPort ?? 69,
    log: options.log,
    read: (file) => boot.file(file),
    onEnd: ({ file, from, how }) => {
      const mac = clients.macOf(from);
      const row = mac === undefined ? undefined : machines.byMac(mac);
      if (row === undefined) return;
      machines.note(row.id, { source: 'tftp', key: `tftp ${file} ${how}`, text: `fetched ${file} by TFTP: ${how}` });
    },
  });
}

function startDhcp(
  options: NetbootOptions,
  known: Known & { database: DatabaseSync },
): Promise<{ close(): Promise<void> }> {
  const { place, machines, clients, database } = known;
  const { log, source } = options;
  const { leaseSeconds, range } = options.settings.dhcp;
  const pool = range === undefined ? undefined : { ...range, excluded: [place.address] };
  const leases = pool === undefined ? undefined : createLeases(database, { pool, leaseSeconds, now: Date.now });
  const answer = createDhcpAnswer({
    serverAddress: place.address,
    serverNetmask: place.netmask,
    leaseSeconds,
    source,
    machines,
    leases,
    clients,
    logOnce: createLogOnce(log),
  });
  return serveDhcp({
    address: place.address,
    interface: place.name,
    port: options.dhcpPort ?? 67,
    clientPort: options.dhcpClientPort ?? 68,
    log,
    answer,
  });
}

const disposable = (server: { close(): Promise<void> }): AsyncDisposable => ({
  [Symbol.asyncDispose]: () => server.close(),
});
