import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import type { KeyObject } from 'node:crypto';
import type { FleetClient } from '../../fleet/api/api-client.ts';
import type { SimulatedServer } from '../../fleet/simulate/connection.ts';
import type { OwnServer } from '../../fleet/simulate/own-server.ts';
import type { SimulationResult, WholeSimulation } from '../../fleet/simulate/run-simulation.ts';
import { connect } from './fleet-options.ts';
import { parseCount } from './parse-count.ts';

type SimulateOptions = {
  readonly minutes: number;
  readonly interval?: number;
  readonly lists?: number;
  readonly connections?: number;
  readonly failing: number;
  readonly silent: number;
  readonly takes: number;
  readonly job?: number;
  readonly server?: readonly string[];
  readonly tokenFile?: string;
  readonly certificate?: string;
  readonly yes?: string;
  readonly clean?: true;
  readonly json?: true;
};

const MOST_HOSTS = 1_000_000;

/** `gutinteg fleet simulate N`. */
export function addFleetSimulateCommand(fleet: Command): void {
  fleet
    .command('simulate')
    .description('let simulated hosts come to a server, to see how many it carries')
    .argument('[number]', 'how many hosts', parseCount)
    .option('--minutes <number>', 'how long they come after all have reported', parseMinutes, 2)
    .option('--interval <seconds>', 'between two check-ins of a host; as the server says unless given', parseCount)
    .option('--lists <number>', 'how many different lists of packages they have; a third of the hosts', parseCount)
    .option('--connections <number>', 'they share so many connections, as behind a proxy', parseCount)
    .option('--failing <percent>', 'so many of the hosts fail at what a job orders', parsePercent, 0)
    .option('--silent <percent>', 'so many of them take an order and never say a word of it', parsePercent, 0)
    .option('--takes <seconds>', 'how long an order takes on average', parseCount, 60)
    .option('--job <minutes>', 'then a job upgrades all of them, and is watched for so long at most', parseMinutes)
    .option('--server <url>', 'a server that exists, instead of one of its own; repeatable', collect)
    .option('--token-file <file>', 'file with a token, instead of gutinteg fleet login or GUTINTEG_FLEET_TOKEN')
    .option('--certificate <file>', "the server's certificate in PEM, or that of its authority")
    .option('--yes <word>', 'the word that this command prints before it adds hosts to a server that exists')
    .option('--clean', 'take the simulated hosts out of that server again')
    .option('--json', 'the figures as JSON')
    .addHelpText('after', HELP)
    .action(simulate);
}

const MOST_MINUTES = 10_080;

function parseMinutes(text: string): number {
  const minutes = /^\d{1,5}(?:\.\d{1,3})?$/.test(text) ? Number(text) : 0;
  if (minutes > 0 && minutes <= MOST_MINUTES) return minutes;
  throw new InvalidArgumentError('minutes up to a week are expected, such as 5 or 0.5');
}

function parsePercent(text: string): number {
  const percent = /^\d{1,3}(?:\.\d{1,3})?%?$/.test(text) ? Number.parseFloat(text) : NaN;
  if (percent <= 100) return percent;
  throw new InvalidArgumentError('a percentage is expected, such as 5 or 0.5');
}

const collect = (url: string, before: readonly string[] = []): readonly string[] => [...before, url];

async function simulate(hosts: number | undefined, options: SimulateOptions): Promise<void> {
  if (options.clean === true) return clean(hosts, options);
  const { UserError } = await import('../../lib/errors.ts');
  if (hosts === undefined || hosts > MOST_HOSTS) {
    const message = hosts === undefined ? 'how many hosts?' : `at most ${MOST_HOSTS} hosts can be simulated`;
    throw new UserError(message, { exitCode: 2, hint: 'gutinteg fleet simulate 500' });
  }
  if (options.job !== undefined && options.server !== undefined) {
    const hint = 'gutinteg fleet upgrade --class site=simulated, while the simulation runs';
    throw new UserError('--job is for a server of its own', { exitCode: 2, hint });
  }
  const { formatSimulation } = await import('./output/simulation-text.ts');
  const { print, printJson } = await import('./output/print.ts');
  const result = await (options.server === undefined
    ? onOwnServer(hosts, options)
    : onServers(hosts, options, options.server));
  if (options.json === true) printJson(result);
  else print(formatSimulation(result));
  if (result.isSound) return;
  process.exitCode = 1;
}

async function onOwnServer(hosts: number, options: SimulateOptions): Promise<SimulationResult> {
  const { mkdtemp, rm } = await import('node:fs/promises');
  const { tmpdir } = await import('node:os');
  const { join } = await import('node:path');
  const { startOwnServer } = await import('../../fleet/simulate/own-server.ts');
  const { connectToFleet } = await import('../../fleet/api/api-client.ts');
  const stop = stopOnSignals();
  await using cleanup = new AsyncDisposableStack();
  const stateDir = await mkdtemp(join(tmpdir(), 'gutinteg-simulate-'));
  cleanup.defer(() => rm(stateDir, { recursive: true }));
  const gutinteg = join(import.meta.dirname, '..', 'gutinteg.ts');
  const node = [process.execPath, '--disable-warning=ExperimentalWarning'] as const;
  const server = await startOwnServer({ program: [...node, gutinteg, 'fleet', 'serve'], stateDir });
  cleanup.defer(server.stop);
  return await run({
    hosts,
    options,
    servers: [server],
    admission: server.admission,
    orderKey: server.orderKey,
    ...(options.job === undefined ? {} : { job: { client: connectToFleet({ stateDir }), minutes: options.job } }),
    describes: true,
    own: server,
    stop,
  });
}

async function onServers(hosts: number, options: SimulateOptions, urls: readonly string[]): Promise<SimulationResult> {
  const { addAdmission, listAdmissions, revokeAdmission } = await import('../../contract/fleet/api/admissions.ts');
  const { showOrderKey } = await import('../../contract/fleet/api/jobs.ts');
  const { readHostKey } = await import('../../contract/fleet/signed-request.ts');
  const { SIMULATED_SITE } = await import('../../fleet/simulate/population.ts');
  const { parseServerUrl } = await import('./parse-server-url.ts');
  const origins = urls.map(parseServerUrl);
  const client = await connectTo(options, origins);
  await requireYes(client, { hosts, url: origins.join(' '), yes: options.yes });
  const certificate = await certificateOf(options, origins);
  const servers = origins.map((url) => ({ url, ...(certificate === undefined ? {} : { certificate }) }));
  const orderKey = readHostKey((await client.ask(showOrderKey, {})).publicKey);
  const stop = stopOnSignals();
  const { token, expiresAt } = await client.ask(addAdmission, { kind: 'site', site: SIMULATED_SITE, approves: true });
  try {
    return await run({ hosts, options, servers, admission: token, orderKey, describes: false, stop });
  } finally {
    const { tokens } = await client.ask(listAdmissions, {});
    // Another simulation may have one, too.
    const own = tokens.filter((one) => one.site === SIMULATED_SITE && one.expiresAt === expiresAt);
    for (const { id } of own) await client.ask(revokeAdmission, { id });
  }
}

type Run = {
  readonly hosts: number;
  readonly options: SimulateOptions;
  readonly servers: readonly SimulatedServer[];
  readonly admission: string;
  readonly orderKey: KeyObject;
  readonly job?: WholeSimulation['job'];
  readonly describes: boolean;
  readonly own?: OwnServer;
  readonly stop: AbortSignal;
};

async function run({
  hosts,
  options,
  servers,
  admission,
  orderKey,
  job,
  describes,
  own,
  stop,
}: Run): Promise<SimulationResult> {
  const { runSimulation } = await import('../../fleet/simulate/run-simulation.ts');
  const { formatProgress } = await import('./output/simulation-text.ts');
  const { createProgressLine } = await import('../progress-line.ts');
  const line = createProgressLine();
  try {
    return await runSimulation({
      hosts,
      servers,
      admission,
      orderKey,
      ...(job === undefined ? {} : { job }),
      fates: { failing: options.failing / 100, silent: options.silent / 100, takesSeconds: options.takes },
      describes,
      minutes: options.minutes,
      ...(options.lists === undefined ? {} : { lists: options.lists }),
      ...(options.interval === undefined ? {} : { intervalSeconds: options.interval }),
      ...(options.connections === undefined ? {} : { shared: options.connections }),
      ...(own === undefined ? {} : { usage: own.usage }),
      signal: stop,
      onProgress: (progress) => line.show(formatProgress(progress, hosts)),
    });
  } finally {
    line.clear();
  }
}

/** What was counted until then is printed, and what was started is ended. */
function stopOnSignals(): AbortSignal {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort());
  return stop.signal;
}

function connectTo(
  { tokenFile, certificate }: SimulateOptions,
  [server = '']: readonly string[],
): Promise<FleetClient> {
  return connect({
    site: '.',
    server,
    ...(tokenFile === undefined ? {} : { tokenFile }),
    ...(certificate === undefined ? {} : { certificate }),
  });
}

async function certificateOf(
  { certificate }: SimulateOptions,
  [url = '']: readonly string[],
): Promise<string | undefined> {
  const { readNamedFile } = await import('./read-named-file.ts');
  const { readSession } = await import('./sessions.ts');
  return certificate === undefined
    ? (await readSession(url))?.certificate
    : readNamedFile(certificate, '--certificate');
}

type Asked = { readonly hosts: number; readonly url: string; readonly yes: string | undefined };

/** The word follows from the newest entry of the audit log, and a simulation writes one: it is good once. */
async function requireYes(client: FleetClient, { hosts, url, yes }: Asked): Promise<void> {
  const { listAudit } = await import('../../contract/fleet/api/audit.ts');
  const { showStatus } = await import('../../contract/fleet/api/status.ts');
  const { wordOfConsent } = await import('../../fleet/simulate/word-of-consent.ts');
  const { UserError } = await import('../../lib/errors.ts');
  const { entries } = await client.ask(listAudit, { limit: 1 });
  const word = wordOfConsent({ hosts, url, newestHash: entries[0]?.hash ?? '' });
  if (yes === word) return;
  const status = await client.ask(showStatus, {});
  const wrong = yes === undefined ? '' : `--yes ${yes} is not the word, or not any more; `;
  throw new UserError(
    `${wrong}this adds ${hosts} simulated hosts to the ${status.hosts.enrolled} of ${url}; nothing was done`,
    { exitCode: 2, hint: `the same with --yes ${word}, once; afterwards gutinteg fleet simulate --clean --server URL` },
  );
}

async function clean(hosts: number | undefined, options: SimulateOptions): Promise<void> {
  const { UserError } = await import('../../lib/errors.ts');
  const { takeOutSimulated } = await import('../../fleet/simulate/take-out-simulated.ts');
  const { print, printJson } = await import('./output/print.ts');
  const { parseServerUrl } = await import('./parse-server-url.ts');
  const { createProgressLine } = await import('../progress-line.ts');
  if (hosts !== undefined || options.server === undefined) {
    const message = '--clean takes out all simulated hosts of a server, and no number';
    throw new UserError(message, { exitCode: 2, hint: 'gutinteg fleet simulate --clean --server URL' });
  }
  const client = await connectTo(options, options.server.map(parseServerUrl));
  const line = createProgressLine();
  const taken = await takeOutSimulated(client, (count) => line.show(`${count} taken out`));
  line.clear();
  if (options.json === true) printJson({ takenOut: taken });
  else print([taken === 0 ? 'there are no simulated hosts' : `${taken} simulated hosts were taken out`]);
}

const HELP = `
Without --server it starts a server of its own on this computer, in a temporary directory that is removed afterwards, and says what that
server used. First all hosts enrol and report all of their packages, as fast as the server takes them; then they come at their
interval, spread over all of it. They have keys of their own, sign each request, and report what real systems of Debian had.

They carry out jobs: an order whose signature is right takes its time (--takes, half as long to half as long again), and changes the host's
list. --failing and --silent say how many do not come that far; they are the same hosts at each run. With --job, an upgrade of all of them
is made, begins as soon as it is planned, and is watched until it has ended, or its time is over.

With --server they become hosts of a fleet that exists: their names begin with sim-, and their site is 'simulated'. That needs a word
that this command prints first and that is good once. --clean takes them out again. Packages that only they have are forgotten
some days later.

Exit code 1: a host was lost, or there were errors.

Examples:
  gutinteg fleet simulate 500
  gutinteg fleet simulate 500 --lists 20 --interval 10 --job 5 --failing 5 --takes 3
  gutinteg fleet simulate 110000 --minutes 10 --interval 1800 --json
  gutinteg fleet simulate 2000 --server https://fleet.example:8443 --connections 20
  gutinteg fleet simulate --clean --server https://fleet.example:8443
`;
