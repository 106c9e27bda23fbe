import type { Command } from 'commander';
import { connect } from './fleet-options.ts';
import { addWaitOptions, WAIT_HELP } from './wait-options.ts';
import type { WaitOptions } from './wait-options.ts';

/** `gutinteg fleet refresh HOST…`. */
export function addFleetRefreshCommand(fleet: Command): void {
  addWaitOptions(fleet.command('refresh'))
    .description('let hosts look again at what they have, and show what came and went')
    .argument('<hosts...>', 'names or ids')
    .addHelpText('after', HELP)
    .action(refresh);
}

async function refresh(hosts: readonly string[], options: WaitOptions): Promise<void> {
  const { describeWithHint, UserError } = await import('../../lib/errors.ts');
  const results = await Promise.allSettled(hosts.map((host) => refreshOne(host, options)));
  for (const [index, result] of results.entries()) {
    if (result.status === 'fulfilled') continue;
    if (!(result.reason instanceof UserError)) throw result.reason;
    process.stderr.write(`${hosts[index]}: ${describeWithHint(result.reason)}\n`);
    process.exitCode = 1;
  }
}

async function refreshOne(host: string, options: WaitOptions): Promise<void> {
  const { packageChanges } = await import('../../contract/fleet/api/host-packages.ts');
  const { askHostAndWait } = await import('./ask-host.ts');
  const { print, printJson } = await import('./output/print.ts');
  const client = await connect(options);
  const asking = { client, host, isWaited: options.wait, timeoutSeconds: options.timeout };
  const asked = await askHostAndWait({ ...asking, task: { kind: 'refresh' } });
  if (asked.answer === undefined) return print([`${host} looks again at its next check-in`]);
  if (asked.installedDigest === '') return print([`${host} has looked; it had reported nothing before`]);
  const changes = await client.ask(packageChanges, { host, since: asked.installedDigest });
  if (options.json === true) return printJson(changes);
  const { changeText } = await import('./output/package-text.ts');
  const { came, went, changed } = changes;
  const lines = [
    ...came.map(({ name, version }) => `  came     ${name} ${version}`),
    ...went.map(({ name, version }) => `  went     ${name} ${version}`),
    ...changed.map((each) => `  changed  ${changeText(each)}`),
  ];
  print(lines.length === 0 ? [`${host} has looked: no changes`] : [`${host} has looked:`, ...lines]);
}

const HELP = `${WAIT_HELP}
Examples:
  gutinteg fleet refresh web1 --site ~/site
  gutinteg fleet refresh web1 web2 --no-wait
`;
