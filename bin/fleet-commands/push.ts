import { Option } from 'commander';
import type { Command } from 'commander';
import type { PushResult } from '../../fleet/push/push-by-ssh.ts';
import { addFleetOptions, connect } from './fleet-options.ts';
import type { FleetOptions } from './fleet-options.ts';
import { parseCount } from './parse-count.ts';

type PushOptions = FleetOptions & {
  readonly by: 'ssh' | 'datagram';
  readonly matching?: string;
  readonly class?: string;
  readonly login?: string;
  readonly atOnce: number;
  readonly port?: number;
  readonly showKey?: true;
};

/** `gutinteg fleet push HOST…`. */
export function addFleetPushCommand(fleet: Command): void {
  addFleetOptions(fleet.command('push'))
    .description('make hosts check in now, instead of at their next time')
    .argument('[hosts...]', 'names of hosts')
    .addOption(new Option('--by <way>', 'how they are told').choices(['ssh', 'datagram']).default('ssh'))
    .option('--matching <pattern>', 'all enrolled hosts with this in their names, or a pattern with * and ?')
    .option('--class <class>', 'all hosts of this class, or of a selector such as site=north')
    .option('--login <name>', 'with ssh: the account on the hosts, which must be root or become it')
    .option('--at-once <n>', 'with ssh: so many hosts at a time', parseCount, 10)
    .option('--port <n>', 'with datagrams: the port on which hosts listen', parseCount)
    .option('--show-key', 'print the key that gutinteg-fleet listen needs, and nothing else')
    .addHelpText('after', HELP)
    .action(push);
}

async function push(named: readonly string[], options: PushOptions): Promise<void> {
  const { print, printJson } = await import('./output/print.ts');
  if (options.showKey === true) return showKey(options);
  const hosts = [...new Set([...named, ...(await matching(options))])];
  const { UserError } = await import('../../lib/errors.ts');
  if (hosts.length === 0) {
    const isEmpty = (options.matching ?? options.class) !== undefined;
    throw new UserError(isEmpty ? 'there is no such host; none was woken' : 'no host is named', {
      exitCode: 2,
      hint: isEmpty ? 'gutinteg fleet hosts, with the same pattern and --class' : 'gutinteg fleet push HOST',
    });
  }
  const results = options.by === 'ssh' ? await bySsh(hosts, options) : await byDatagram(hosts, options);
  if (options.json === true) printJson(results);
  else print(results.map(({ host, message }) => `${host}: ${message}`));
  if (results.some(({ isDone }) => !isDone)) process.exitCode = 1;
}

async function showKey(options: PushOptions): Promise<void> {
  const { showWakeKey } = await import('../../contract/fleet/api/wake-hosts.ts');
  const { publicKey } = await (await connect(options)).ask(showWakeKey, {});
  process.stdout.write(`${publicKey}\n`);
}

/** With both, hosts of the class with such a name. */
async function matching({ matching: search, class: of, ...options }: PushOptions): Promise<string[]> {
  if (search === undefined && of === undefined) return [];
  const { findHostNames } = await import('./find-host-names.ts');
  const which = { ...(search === undefined ? {} : { search }), ...(of === undefined ? {} : { class: of }) };
  return findHostNames(await connect(options), which);
}

async function bySsh(hosts: readonly string[], { login, atOnce }: PushOptions): Promise<PushResult[]> {
  const { pushBySsh } = await import('../../fleet/push/push-by-ssh.ts');
  const { runCommand } = await import('../../lib/run-command.ts');
  return pushBySsh({ hosts, run: runCommand, atOnce, ...(login === undefined ? {} : { user: login }) });
}

const HOSTS_AT_ONCE = 1000;

async function byDatagram(hosts: readonly string[], options: PushOptions): Promise<PushResult[]> {
  const { wakeHosts } = await import('../../contract/fleet/api/wake-hosts.ts');
  const { FLEET_PORT } = await import('../../contract/fleet/routes.ts');
  const client = await connect(options);
  const results: PushResult[] = [];
  for (let from = 0; from < hosts.length; from += HOSTS_AT_ONCE) {
    const some = hosts.slice(from, from + HOSTS_AT_ONCE);
    const answer = await client.ask(wakeHosts, { hosts: some, port: options.port ?? FLEET_PORT });
    results.push(...answer.results.map(({ host, isSent, message }) => ({ host, isDone: isSent, message })));
  }
  return results;
}

const HELP = `
A push only makes a host ask its server now. It carries no command.

By ssh, with the keys and the configuration of whoever runs it, hosts answer with what became of the check-in. By datagram, the
server sends 91 signed bytes to each host, under its name. Only hosts on which 'gutinteg-fleet listen' runs take them; nobody answers.
A host that last came through a relay is woken by that relay, which asks every five seconds: with the server's datagram, or by ssh
where the relay was started with --wake-by ssh. 'gutinteg fleet events HOST' says what the relay has to tell of it.

Examples:
  gutinteg fleet push web1 web2
  gutinteg fleet push --matching 'lab-*' --login root
  gutinteg fleet push --class 'site=north and is=outdated' --by datagram
`;
