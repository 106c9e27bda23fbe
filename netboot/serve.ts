// The netboot server: DHCP, TFTP and HTTP for machines, a control socket for people, in one process.
// In: site settings, a state directory, a source of machines. Out: running servers and a way to stop them.
// Never: reads the machine database or plans disks itself.
import { mkdir } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../lib/errors.ts';
import type { Log } from '../lib/log.ts';
import type { SiteSettings } from '../site/settings.ts';
import { createDhcpAnswer } from './answer-dhcp.ts';
import { createBootService } from './boot-service.ts';
import type { BootService } from './boot-service.ts';
import { createClients } from './clients.ts';
import type { Clients } from './clients.ts';
import type { MachineSource } from './machine-source.ts';
import { createMachines } from './machines.ts';
import type { Machines } from './machines.ts';
import { addBootRoutes } from './servers/boot-routes.ts';
import { serveControl } from './servers/control.ts';
import { serveDhcp } from './servers/dhcp.ts';
import { createApp, serveHttp } from './servers/http.ts';
import { createLogOnce } from './servers/log-once.ts';
import { addMachineRoutes } from './servers/machine-routes.ts';
import { serveTftp } from './servers/tftp.ts';
import { openDatabase } from './state/database.ts';
import { createLeases } from './state/leases.ts';

export type NetbootOptions = {
  readonly settings: SiteSettings;
  /** Holds netboot.db, control.sock and store/; made when it is missing. */
  readonly stateDir: string;
  readonly source: MachineSource;
  /** Directory with `vmlinuz` and `ramdisk.img`. */
  readonly bootDir: string;
  readonly log: Log;
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

type Place = { readonly name: string; readonly address: string; readonly netmask: string };

/**
 * Starts all servers, or none.
 * @throws UserError in one line, with what to do, for a port in use, a missing address or missing rights.
 */
export async function startNetboot(options: NetbootOptions): Promise<Netboot> {
  const place = findPlace(options.settings);
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
  const machines = createMachines({ database, source, attempts: settings.attempts });
  stack.use(disposable(await serveControl({ socketPath, machines, clients, log })));

  const serverUrl = `http://${place.address}:${settings.httpPort}`;
  const loaderDir = options.loaderDir ?? '/usr/lib/ipxe';
  const boot = await createBootService({ source, machines, serverUrl, consoles: settings.consoles, loaderDir });
  const app = createApp(log, (routes) => {
    const storeDir = join(stateDir, 'store');
    addBootRoutes(routes, { boot, machines, clients, bootDir: options.bootDir, storeDir });
    addMachineRoutes(routes, { source, machines, clients });
  });
  const http = await serveHttp(app, { address: place.address, port: settings.httpPort });
  stack.use(disposable(http));
  const tftp = await startTftp(options, { place, boot, machines, clients });
  stack.use(disposable(tftp));
  const leases =
    settings.dhcp.range === undefined
      ? undefined
      : createLeases(database, {
          pool: { ...settings.dhcp.range, excluded: [place.address] },
          leaseSeconds: settings.dhcp.leaseSeconds,
          now: Date.now,
        });
  const answer = createDhcpAnswer({
    serverAddress: place.address,
    serverNetmask: place.netmask,
    leaseSeconds: settings.dhcp.leaseSeconds,
    source,
    machines,
    leases,
    clients,
    logOnce: createLogOnce(log),
  });
  const dhcpPort = options.dhcpPort ?? 67;
  const clientPort = options.dhcpClientPort ?? 68;
  stack.use(
    disposable(
      await serveDhcp({ address: place.address, port: dhcpPort, clientPort, interface: place.name, log, answer }),
    ),
  );
  const close = (): Promise<void> => stack.disposeAsync();
  return { url: serverUrl, httpPort: http.port, tftpPort: tftp.port, socketPath, machines, close };
}

type Known = { place: Place; boot: BootService; machines: Machines; clients: Clients };

function startTftp(options: NetbootOptions, { place, boot, machines, clients }: Known) {
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

const disposable = (server: { close(): Promise<void> }): AsyncDisposable => ({
  [Symbol.asyncDispose]: () => server.close(),
});

/** The address to serve on and its network, checked against this computer's interfaces. */
function findPlace(settings: SiteSettings): Place {
  const all = Object.entries(networkInterfaces()).flatMap(([name, addresses]) =>
    (addresses ?? [])
      .filter(({ family }) => family === 'IPv4')
      .map(({ address, netmask }) => ({ name, address, netmask })),
  );
  const have = all.map(({ name, address }) => `${name} ${address}`).join(', ');
  if (settings.interface === undefined && settings.address === undefined) {
    throw new UserError(
      `serving netboots: site.yaml names neither interface: nor address:; this computer has ${have}`,
      {
        exitCode: 2,
        hint: 'set address: in site.yaml to the one that the machines are connected to',
      },
    );
  }
  const fits = all.filter(
    ({ name, address }) =>
      (settings.interface === undefined || name === settings.interface) &&
      (settings.address === undefined || address === settings.address),
  );
  const [place] = fits;
  const wanted = [settings.interface, settings.address].filter((part) => part !== undefined).join(' ');
  if (place === undefined || fits.length > 1) {
    const found = place === undefined ? 'there is no such address' : 'it has several addresses';
    throw new UserError(`serving netboots on ${wanted}: ${found}; this computer has ${have}`, {
      exitCode: 2,
      hint: 'ip -4 address; then set interface: and address: in site.yaml',
    });
  }
  return place;
}
