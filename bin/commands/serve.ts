import type { Command } from 'commander';

type ServeOptions = {
  readonly site: string;
  readonly state?: string;
  readonly interface?: string;
  readonly logLevel: string;
  readonly user?: string;
};

/** `gutinteg serve`. */
export function addServeCommand(program: Command): void {
  program
    .command('serve')
    .description('serve DHCP, TFTP and HTTP: all that the machines of a site need to boot and be installed')
    .option('--site <dir>', 'site directory', '.')
    .option('--state <dir>', 'state directory, instead of the one in site.yaml')
    .option('--interface <name>', 'network interface, instead of the one in site.yaml')
    .option(
      '--user <name>',
      'the user to serve as, when started as root; otherwise the owner of the state, or gutinteg',
    )
    .option('--log-level <level>', 'fatal, error, warn, info, debug or trace', 'info')
    .addHelpText('after', SERVE_HELP)
    .action(serve);
}

async function serve(options: ServeOptions): Promise<void> {
  const { once } = await import('node:events');
  const { createLog } = await import('../../lib/log.ts');
  const { loadLoaders } = await import('../../netboot/boot-files/load-boot-files.ts');
  const { requireBootFiles } = await import('../../netboot/require-boot-files.ts');
  const { startNetboot } = await import('../../netboot/serve.ts');
  const { readSiteKeys } = await import('../../site/load-site.ts');
  const { usedArchitectures } = await import('../../site/used-architectures.ts');
  const { logDatabase, openMachines, openSiteState } = await import('../open-site-state.ts');
  const { publishFleet } = await import('../read-fleet-settings.ts');
  const { startFleet } = await import('../start-fleet.ts');

  await dropRootsRights(options);
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort());
  const log = createLog('serve', options.logLevel);
  const state = await openSiteState(options.site, options.state);
  const used = await usedArchitectures(state.dir);
  for (const architecture of used) await requireBootFiles(state.stateDir, architecture);
  const loaders = await loadLoaders(state.stateDir, used, `gutinteg prepare --site ${options.site}`);
  // All or none: a fleet that is served alone would keep a program that has failed from ending.
  await using stack = new AsyncDisposableStack();
  const fleet = await startFleet(state, log);
  stack.defer(async () => fleet?.close());
  // It tells machines the key of the fleet's server, which may just have been made.
  await publishFleet(state);
  const source = await openMachines(state, logDatabase(log));
  stack.defer(() => source.close());
  const settings = { ...state.settings, ...(options.interface === undefined ? {} : { interface: options.interface }) };
  const publicKeys = [state.key.publicPem, ...(await readSiteKeys(state.dir))];
  const { stateDir, key } = state;
  const signingKey = key.privateKey;
  const onFleetKey = fleet === undefined ? {} : { onFleetKey: fleet.onFleetKey };
  const serving = { settings, stateDir, loaders, source, log, signingKey, publicKeys, ...onFleetKey };
  const netboot = await startNetboot(serving);
  stack.defer(() => netboot.close());
  if (!stop.signal.aborted) await once(stop.signal, 'abort');
}

/** Root's process is another user's before it opens anything of the state or the network. */
async function dropRootsRights({ site, state, user }: ServeOptions): Promise<void> {
  const { join } = await import('node:path');
  const { dropRights } = await import('../../service/drop-rights.ts');
  const { loadSiteSettings } = await import('../../site/load-site.ts');
  const { fleetTokenFile } = await import('../start-telling.ts');
  const { dir, stateDir, settings } = await loadSiteSettings(site, state === undefined ? {} : { state });
  const token = fleetTokenFile(dir, settings);
  const mustRead = [join(dir, 'site.yaml'), join(dir, 'machdb'), ...(token === undefined ? [] : [token])];
  await dropRights({ stateDir, user, mustRead, say: (line) => void process.stderr.write(`${line}\n`) });
}

const SERVE_HELP = `
Runs until it is interrupted. Machines are installed only after 'gutinteg arm HOST'; all others are told to boot from
their own disk.

The DHCP and TFTP ports need CAP_NET_BIND_SERVICE. When it is started as root, the server becomes another user before it
opens anything: --user, or the owner of the state, or the user gutinteg, who is created if missing and is given the state
directory. With --user root it remains root, with two capabilities. 'gutinteg service install' writes a systemd unit.

Examples:
  gutinteg prepare --site /srv/site    once, after a change of a recipe, and after an upgrade of gutinteg
  gutinteg serve --site /srv/site
`;
