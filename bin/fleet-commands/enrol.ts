import type { Command } from 'commander';
import { addFleetOptions, connect } from './fleet-options.ts';
import type { FleetOptions } from './fleet-options.ts';
import { parseCount } from './parse-count.ts';

type EnrolOptions = FleetOptions & {
  readonly forSite?: string;
  readonly approve?: true;
  readonly hours?: number;
  readonly list?: true;
  readonly revoke?: number;
};

/** `gutinteg fleet enrol`. */
export function addFleetEnrolCommand(fleet: Command): void {
  addFleetOptions(fleet.command('enrol'))
    .description('make a token that lets hosts in, list such tokens, or take one back')
    .option('--for-site <name>', 'for any number of hosts of this site; each waits for gutinteg fleet approve')
    .option('--approve', 'they need not wait')
    .option('--hours <number>', 'how long it is good, 24 unless given', parseCount)
    .option('--list', 'list the tokens that were made, and how often each was used')
    .option('--revoke <number>', 'take back the token of this number; hosts that it let in stay', parseCount)
    .addHelpText('after', HELP)
    .action(enrol);
}

async function enrol(options: EnrolOptions): Promise<void> {
  const api = await import('../../contract/fleet/api/admissions.ts');
  const { print, printJson, printTable } = await import('./output/print.ts');
  const { agoText, timeText } = await import('./output/times.ts');
  const client = await connect(options);
  const isJson = options.json === true;
  if (options.list === true) {
    const answer = await client.ask(api.listAdmissions, {});
    if (isJson) return printJson(answer);
    const rows = answer.tokens.map((token) => [
      String(token.id),
      token.kind === 'once' ? 'one host' : `site${token.approves ? ', at once' : ''}`,
      token.site,
      String(token.uses),
      agoText(token.expiresAt, Date.now()),
      token.createdBy,
    ]);
    return printTable(['NUMBER', 'FOR', 'SITE', 'USED', 'EXPIRES', 'MADE BY'], rows);
  }
  if (options.revoke !== undefined) {
    await client.ask(api.revokeAdmission, { id: options.revoke });
    return print([`enrolment token ${options.revoke} lets nobody in any more`]);
  }
  const answer = await client.ask(api.addAdmission, {
    kind: options.forSite === undefined ? 'once' : 'site',
    ...(options.forSite === undefined ? {} : { site: options.forSite }),
    ...(options.approve === undefined ? {} : { approves: options.approve }),
    ...(options.hours === undefined ? {} : { hours: options.hours }),
  });
  if (isJson) return printJson(answer);
  // Alone on standard output, so that it can be sent on.
  process.stderr.write(`good until ${timeText(answer.expiresAt)}; it is shown only now\n`);
  print([answer.token]);
}

const HELP = `
Without options: a token that lets one host in, at once. Whoever has it can enrol a host; give it to the host's program
on its standard input or in a file, not on its command line. Machines that gutinteg installs need none.

Examples:
  gutinteg fleet enrol --site ~/site
  gutinteg fleet enrol --for-site north --hours 168
  gutinteg fleet enrol --for-site north --approve --hours 2
  gutinteg fleet enrol --list
  gutinteg fleet enrol --revoke 3
`;
