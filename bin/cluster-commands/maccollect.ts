import type { Command } from 'commander';
import type { KnownHosts } from '../../update-cluster/collect/known-hosts.ts';

type MaccollectOptions = {
  readonly interface?: string;
  readonly like?: string;
  readonly once?: string;
  readonly listenOnly?: true;
  readonly hostname?: string;
  readonly range?: string;
  readonly config?: string;
  readonly local?: true;
  readonly file?: string;
  readonly site?: string;
  readonly state?: string;
};

/** `update-cluster-maccollect --interface IF`. */
export function defineMaccollect(program: Command): Command {
  return (
    program
      .description('Listens to a network, and adds every card that is not known yet to cluster.xml as a host.')
      // Not a required option: `completion` below this program has none.
      .option('--interface <card>', 'the network card to listen on')
      .option('--hostname <pattern>', 'how hosts are named: node%03d')
      .option('--range <first-last>', 'the addresses that they get: 10.0.0.10-10.0.0.250')
      .option('--config <yaml>', 'where both are written (default: /etc/update-cluster/maccollect.yaml)')
      .option(
        '--like <object>',
        'a host whose bootmaster and notes new ones get; with --site, an object of the database',
      )
      .option('--once <count>', 'end after so many new cards')
      .option('--listen-only', 'only say what is seen: send nothing, write nothing')
      .option('--local', 'also cards with locally administered addresses, as virtual machines have')
      .option('--file <file>', '$CLUSTERXML, or else /etc/update-cluster/cluster.xml')
      .option('--site <dir>', 'offer new cards to this gutinteg site instead of writing cluster.xml')
      .option('--state <dir>', 'with --site: state directory of the running server, instead of the one in site.yaml')
      .showHelpAfterError('(update-cluster-maccollect --help says how it is used)')
      .addHelpText('after', MACCOLLECT_HELP)
      .action(maccollect)
  );
}

async function maccollect(options: MaccollectOptions): Promise<void> {
  const { collectHosts } = await import('../../update-cluster/collect/collect-hosts.ts');
  const { SETTINGS_PATH, readChoice } = await import('../../update-cluster/collect/collect-settings.ts');
  const { PROBE_PAUSE_MS } = await import('../../update-cluster/collect/prober.ts');
  const { openNetworkCard } = await import('./open-network-card.ts');
  const { UserError } = await import('../../lib/errors.ts');
  if (options.interface === undefined) {
    throw new UserError('--interface IF must say which network card to listen on', { exitCode: 2, hint: 'ip link' });
  }
  const count = await readCount(options.once);
  const settings = { path: options.config ?? SETTINGS_PATH, required: options.config !== undefined };
  const choice = options.listenOnly === true ? undefined : await readChoice(options, settings);
  const hosts = await findHosts(options);
  // What cannot be read now would be said of every card.
  await hosts.read();
  using card = openNetworkCard(options.interface);
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  process.stderr.write(`listening on ${options.interface}\n`);
  const found = await collectHosts({
    network: card,
    hosts,
    choice,
    allowLocal: options.local === true,
    count,
    pauseMs: PROBE_PAUSE_MS,
    signal: stop.signal,
    say: (line) => process.stdout.write(`${line}\n`),
  });
  process.stderr.write(`${found} new ${found === 1 ? 'card' : 'cards'}\n`);
}

async function readCount(text: string | undefined): Promise<number> {
  const { UserError } = await import('../../lib/errors.ts');
  if (text === undefined) return Infinity;
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new UserError(`--once '${text}' is not a number of cards, 1 to 999999`, { exitCode: 2 });
}

/** Addresses of this computer and what the other list has are not given, whichever list new hosts join. */
async function findHosts(options: MaccollectOptions): Promise<KnownHosts> {
  const { UserError } = await import('../../lib/errors.ts');
  const { readOwnAddresses } = await import('../../update-cluster/collect/own-addresses.ts');
  const { withTaken } = await import('../../update-cluster/collect/known-hosts.ts');
  const { clusterFileHosts, readKnownHosts, readLikeness } =
    await import('../../update-cluster/collect/cluster-file-hosts.ts');
  const { findClusterFile } = await import('../../update-cluster/read-cluster-file.ts');
  const { hostname } = await import('node:os');
  const file = findClusterFile(options.file);
  const own = {
    hasIp: (ip: string) => readOwnAddresses().has(ip),
    hasName: (name: string) => name === hostname().toLowerCase(),
  };
  if (options.site !== undefined) {
    const hosts = await findSiteHosts({ ...options, site: options.site });
    return withTaken(
      withTaken(hosts, () => readKnownHosts(file)),
      async () => own,
    );
  }
  if (options.state !== undefined) throw new UserError('--state is of a site: --site DIR', { exitCode: 2 });
  const like = options.like === undefined ? {} : readLikeness(file, options.like);
  return withTaken(clusterFileHosts(file, like), async () => own);
}

async function findSiteHosts(options: MaccollectOptions & { readonly site: string }): Promise<KnownHosts> {
  const { resolve } = await import('node:path');
  const { describeError } = await import('../../lib/errors.ts');
  const { createControlClient } = await import('../../netboot/control-client.ts');
  const { loadSiteSettings } = await import('../../site/load-site.ts');
  const { openSiteHosts } = await import('../../update-cluster/collect/site-hosts.ts');
  const { site, state, like } = options;
  const { stateDir } = await loadSiteSettings(site, state === undefined ? {} : { state });
  const client = createControlClient(stateDir);
  let warned = '';
  const warn = (error: unknown) => {
    const warning = describeError(error);
    if (warning !== warned) process.stderr.write(`${warning}\n`);
    warned = warning;
  };
  return openSiteHosts({
    siteDir: resolve(site),
    like,
    onUnsound: warn,
    // Without a server there is no list; the command that is printed is good all the same.
    offer: async (mac) => void (await client.offer([mac]).catch(warn)),
  });
}

const MACCOLLECT_HELP = `
A card counts when it sends ARP, or asks for an address by DHCP. It gets the first free name of the pattern and the first
free address of the range: one that is not in cluster.xml or the machine database, that nobody was heard to use, and that
nobody answers to when asked three times. Addresses of groups, of routers that share them (VRRP, HSRP) and, without --local,
locally administered ones are named and left out. It ends on Ctrl-C. It needs root, or CAP_NET_RAW and a cluster.xml
that it may write.

Examples:
  update-cluster-maccollect --interface eth1 --hostname node%03d --range 10.0.0.10-10.0.0.250 --once 16
  update-cluster-maccollect --interface eth1 --listen-only
  update-cluster-maccollect --interface eth1 --site ~/site --like lab      prints a machdb command for each new card

Guide: docs/update-cluster-maccollect.md

Exit codes: 0 done or interrupted, 1 failed, or names or addresses have run out, 2 bad input`;
