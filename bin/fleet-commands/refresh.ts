// `gutinteg fleet refresh`: hosts look again. In: hosts, a class, or all. Out: what came and went on each, as they answer, or why it is not
// known. Never: waits for more hosts at a time than it may ask after.
import type { Command } from 'commander';
import type { packageChanges } from '../../contract/fleet/api/host-packages.ts';
import type { OutputOf } from '../../contract/fleet/operation.ts';
import type { FleetClient } from '../../fleet/api/api-client.ts';
import { connect } from './fleet-options.ts';
import { addWaitOptions, WAIT_HELP } from './wait-options.ts';
import type { WaitOptions } from './wait-options.ts';

type RefreshOptions = WaitOptions & { readonly class?: string; readonly all?: true };

type Changes = OutputOf<typeof packageChanges>;

/** Of a host; without changes if the answer is not waited for, or the host had reported nothing before. */
type Refreshed = { readonly lines: readonly string[]; readonly changes?: Changes };

/** The server is asked after each of them every two seconds. */
const MOST_WAITED = 500;

/** `gutinteg fleet refresh HOST…`. */
export function addFleetRefreshCommand(fleet: Command): void {
  addWaitOptions(fleet.command('refresh'))
    .description('let hosts look again at what they have, and show what came and went')
    .argument('[hosts...]', 'names or ids')
    .option('--class <class>', 'all hosts of this class, or of a selector such as site=north')
    .option('--all', 'all hosts of the fleet')
    .addHelpText('after', HELP)
    .action(refresh);
}

async function refresh(named: readonly string[], options: RefreshOptions): Promise<void> {
  const { describeWithHint, UserError } = await import('../../lib/errors.ts');
  const { inTurns } = await import('../../lib/in-turns.ts');
  const { print, printJson } = await import('./output/print.ts');
  const client = await connect(options);
  const hosts = await chooseHosts(client, named, options);
  const answers = await inTurns(hosts, MOST_WAITED, async (host) => {
    try {
      const { lines, changes } = await refreshOne(client, host, options);
      if (options.json !== true) print(lines);
      return changes ?? { host, message: lines.join(' ') };
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      process.stderr.write(`${host}: ${describeWithHint(error)}\n`);
      process.exitCode = 1;
      return { host, error: error.message };
    }
  });
  if (options.json === true) printJson(named.length === 1 && hosts.length === 1 ? answers[0] : answers);
}

/** @throws UserError unless hosts are named, or a class, or all */
async function chooseHosts(
  client: FleetClient,
  named: readonly string[],
  { class: of, all }: RefreshOptions,
): Promise<readonly string[]> {
  const { UserError } = await import('../../lib/errors.ts');
  const ways = [named.length > 0, of !== undefined, all === true].filter(Boolean).length;
  if (ways !== 1) {
    throw new UserError(ways === 0 ? 'no host is named' : 'hosts, --class and --all exclude each other', {
      exitCode: 2,
      hint: "gutinteg fleet refresh web1, --class 'site=north', or --all",
    });
  }
  if (named.length > 0) return [...new Set(named)];
  const { findHostNames } = await import('./find-host-names.ts');
  const found = await findHostNames(client, of === undefined ? {} : { class: of });
  if (found.length > 0) return found;
  throw new UserError('there is no such host', { exitCode: 2, hint: 'gutinteg fleet hosts, with the same --class' });
}

async function refreshOne(client: FleetClient, host: string, options: WaitOptions): Promise<Refreshed> {
  const { packageChanges: operation } = await import('../../contract/fleet/api/host-packages.ts');
  const { askHostAndWait } = await import('./ask-host.ts');
  const asking = { client, host, isWaited: options.wait, timeoutSeconds: options.timeout };
  const asked = await askHostAndWait({ ...asking, task: { kind: 'refresh' } });
  if (asked.answer === undefined) return { lines: [`${host} looks again at its next check-in`] };
  if (asked.installedDigest === '') return { lines: [`${host} has looked; it had reported nothing before`] };
  const changes = await client.ask(operation, { host, since: asked.installedDigest });
  return { lines: await changesLines(host, changes), changes };
}

async function changesLines(host: string, { came, went, changed }: Changes): Promise<string[]> {
  const { changeText } = await import('./output/package-text.ts');
  const lines = [
    ...came.map(({ name, version }) => `  came     ${name} ${version}`),
    ...went.map(({ name, version }) => `  went     ${name} ${version}`),
    ...changed.map((each) => `  changed  ${changeText(each)}`),
  ];
  return lines.length === 0 ? [`${host} has looked: no changes`] : [`${host} has looked:`, ...lines];
}

const HELP = `${WAIT_HELP}
Examples:
  gutinteg fleet refresh web1 --site ~/site
  gutinteg fleet refresh web1 web2 --no-wait
  gutinteg fleet refresh --class 'site=north and is=broken' --json
`;
