import type { Command } from 'commander';
import { addFleetOptions, connect } from './fleet-options.ts';
import type { FleetOptions } from './fleet-options.ts';

/** `gutinteg fleet status`. */
export function addFleetStatusCommand(fleet: Command): void {
  addFleetOptions(fleet.command('status'))
    .description('show how many hosts there are, and how they are')
    .addHelpText('after', HELP)
    .action(status);
}

async function status(options: FleetOptions): Promise<void> {
  const { showStatus } = await import('../../contract/fleet/api/status.ts');
  const { print, printJson } = await import('./output/print.ts');
  const client = await connect(options);
  const answer = await client.ask(showStatus, {});
  if (options.json === true) {
    printJson(answer);
    return;
  }
  const relays = { relays: answer.relays.enrolled, silentRelays: answer.relays.silent };
  const rows = [answer.hosts, relays, answer.enrolled].flatMap((counts) => Object.entries<number>(counts));
  const shown = rows.filter(([name, count]) => count > 0 || name === 'enrolled' || name === 'upToDate');
  const width = Math.max(...shown.map(([, count]) => String(count).length));
  print(answer.warnings.map((warning) => `WARNING: ${warning}`));
  print(answer.schedules.map((line) => `within a day: ${line}`));
  print(shown.map(([name, count]) => `${String(count).padStart(width)}  ${WORDS[name] ?? name}`));
  print(await cacheLines(options));
}

/** Of a package cache with the same state directory. */
async function cacheLines(options: FleetOptions): Promise<string[]> {
  if (options.server !== undefined) return [];
  const { findStateDir } = await import('../find-state-dir.ts');
  const { cacheDirectory, readCacheShare } = await import('../../fleet/package-cache/manage-cache.ts');
  const share = await readCacheShare(cacheDirectory(await findStateDir(options)), Date.now());
  if (share === undefined) return [];
  const { asked, percent, troubles } = share;
  const old = troubles === 0 ? '' : `; ${troubles} of its indexes are old (gutinteg fleet cache status)`;
  return [`package cache: ${percent} % of ${asked} requests in 30 days were not sent on${old}`];
}

const WORDS: Readonly<Record<string, string>> = {
  enrolled: 'enrolled',
  pending: 'waiting to be let in (gutinteg fleet hosts --only pending)',
  quarantined: 'quarantined: two machines had one identity (gutinteg fleet hosts --only quarantined)',
  revoked: 'revoked',
  relays: 'serving their sites as relays',
  silentRelays: 'relays that are silent',
  upToDate: 'up to date',
  outdated: 'outdated',
  securityOutdated: 'with security updates to be had',
  heldBack: 'with packages that are held, kept back or phased',
  broken: 'with broken packages',
  jobFailed: 'on which a job has failed',
  rebootNeeded: 'need a restart',
  silent: 'silent',
  unreported: 'have not reported, or not their newest lists',
  troubled: 'with a failed check, old lists of their repositories, or a clock that is off',
};

const HELP = `
A host can be counted more than once: it may be outdated and silent. It is up to date only if there is nothing to say of it.

Examples:
  gutinteg fleet status --site ~/site
  gutinteg fleet status --server https://fleet.example:8443 --json
`;
