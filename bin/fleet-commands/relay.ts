import { Option } from 'commander';
import type { Command } from 'commander';
import { FLEET_PORT } from '../../contract/fleet/routes.ts';
import type { WakeWay } from '../../fleet/relay/wake-hosts.ts';
import { parseCount } from './parse-count.ts';

type RelayOptions = {
  readonly state: string;
  readonly upstream: string;
  readonly listen: string;
  readonly certificate?: string;
  readonly fingerprint?: string;
  readonly tokenFile?: string;
  readonly name?: string;
  readonly wakeBy: 'datagram' | 'ssh';
  readonly wakePort: number;
  readonly wakeLogin?: string;
  readonly logLevel: string;
};

/** `gutinteg fleet relay`. */
export function addFleetRelayCommand(fleet: Command): void {
  fleet
    .command('relay')
    .description("pass a site's hosts on to the fleet's server, and keep their check-ins while it is away")
    .requiredOption('--state <dir>', 'a directory of its own')
    .requiredOption('--upstream <url>', "the fleet's server, such as https://fleet.example:8443")
    .option('--listen <address:port>', 'where the hosts of the site find it', `0.0.0.0:${FLEET_PORT}`)
    .option('--certificate <file>', "the server's certificate in PEM, or that of its authority")
    .option('--fingerprint <sha256:hex>', "of the server's key, as gutinteg fleet tls prints it there")
    .option('--token-file <file>', 'an enrolment token: lets the relay in, once')
    .option('--name <name>', 'with --token-file: what the fleet calls it; otherwise the host name and -relay')
    .addOption(
      new Option('--wake-by <way>', 'how hosts of the site are woken, when gutinteg fleet push wants it')
        .choices(['datagram', 'ssh'])
        .default('datagram'),
    )
    .option('--wake-port <n>', 'with datagrams: the port on which hosts listen', parseCount, FLEET_PORT)
    .option('--wake-login <name>', 'with ssh: the account on the hosts, which must be root or become it')
    .option('--log-level <level>', 'fatal, error, warn, info, debug or trace', 'info')
    .addHelpText('after', HELP)
    .action(relay);
}

async function relay(options: RelayOptions): Promise<void> {
  const { once } = await import('node:events');
  const { hostname } = await import('node:os');
  const { resolve } = await import('node:path');
  const { startRelay } = await import('../../fleet/relay/start-relay.ts');
  const { createLog } = await import('../../lib/log.ts');
  const { parseListen } = await import('../parse-listen.ts');
  const { parseServerUrl } = await import('./parse-server-url.ts');

  await refuseRoot();
  const [certificate, token] = await Promise.all([readText(options.certificate), readText(options.tokenFile)]);
  const name = options.name ?? `${(hostname().split('.')[0] ?? '').toLowerCase()}-relay`;
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort());
  const running = await startRelay({
    stateDir: resolve(options.state),
    upstream: parseServerUrl(options.upstream),
    ...parseListen(options.listen),
    ...(certificate === undefined ? {} : { certificate }),
    ...(await readFingerprint(options.fingerprint)),
    wake: await wakeWay(options),
    ...(token === undefined ? {} : { admission: { name, token: token.trim() } }),
    log: createLog('relay', options.logLevel),
  });
  if (!stop.signal.aborted) await once(stop.signal, 'abort');
  await running.close();
}

async function readFingerprint(text: string | undefined): Promise<{ fingerprint?: string }> {
  const { fingerprintSchema } = await import('../../contract/fleet/connection/trust.ts');
  const { parseEdge } = await import('../../lib/parse-edge.ts');
  return text === undefined ? {} : { fingerprint: parseEdge(fingerprintSchema, text, '--fingerprint') };
}

async function wakeWay({ wakeBy: by, wakePort: port, wakeLogin: user }: RelayOptions): Promise<WakeWay> {
  const { runCommand: run } = await import('../../lib/run-command.ts');
  return by === 'datagram' ? { by, port } : { by, run, ...(user === undefined ? {} : { user }) };
}

async function refuseRoot(): Promise<void> {
  const { UserError } = await import('../../lib/errors.ts');
  if (process.getuid?.() !== 0) return;
  throw new UserError('the relay needs no right, and does not run as root; nothing was started', {
    exitCode: 2,
    hint: 'a user of its own, to whom its state belongs: docs/fleet-relay.md',
  });
}

async function readText(file: string | undefined): Promise<string | undefined> {
  const { UserError } = await import('../../lib/errors.ts');
  const { readIfThere } = await import('../../lib/read-if-there.ts');
  if (file === undefined) return undefined;
  const found = await readIfThere(file);
  if (found === undefined) throw new UserError(`${file} does not exist; nothing was started`, { exitCode: 2 });
  return found.toString();
}

const HELP = `
Hosts enrol at the relay as they would at the server, and pin the relay's certificate: 'gutinteg fleet tls --state DIR' makes it.
Their requests are passed on as they are, each signed by its host; the relay can neither change nor make one. While the server is
away, the newest check-in of each host is held, and sent when it is back.

Examples:
  gutinteg fleet tls --state /var/lib/gutinteg-relay --name relay.site.example
  gutinteg fleet relay --state /var/lib/gutinteg-relay --upstream https://fleet.example:8443 --certificate fleet.pem \\
    --token-file token
`;
