import { Option } from 'commander';
import type { Command } from 'commander';
import { singleRightNames } from '../../contract/fleet/api/single-rights.ts';
import type { SingleRight } from '../../contract/fleet/api/single-rights.ts';
import { roles } from '../../contract/fleet/operation.ts';
import type { Role } from '../../contract/fleet/operation.ts';
import { addFleetOptions, connect } from './fleet-options.ts';
import type { FleetOptions } from './fleet-options.ts';
import { parseCount } from './parse-count.ts';

type AddOptions = FleetOptions & {
  readonly user?: string;
  readonly role?: Role;
  readonly only?: SingleRight;
  readonly days: number;
};

/** `gutinteg fleet token …`. */
export function addFleetTokenCommand(fleet: Command): void {
  const token = fleet.command('token').description('work with tokens, which programs show instead of a password');
  addFleetOptions(token.command('add'))
    .description('make a token; it is printed once, and cannot be read again')
    .argument('<label>', 'what it is for')
    .option('--user <user>', "of this account, which only an admin can say; one's own without it")
    .addOption(new Option('--role <role>', "what it may do, at most the account's role").choices(roles))
    .addOption(new Option('--only <operation>', 'it is good for this alone').choices(singleRightNames))
    .option('--days <number>', 'how long it is good', parseCount, 365)
    .addHelpText('after', ADD_HELP)
    .action(add);
  addFleetOptions(token.command('list'))
    .description("list sessions and tokens: one's own, or all for an admin")
    .addHelpText('after', LIST_HELP)
    .action(list);
  addFleetOptions(token.command('revoke'))
    .description('take a token back, or end a session')
    .argument('<number>', 'as token list shows it', parseCount)
    .addHelpText('after', REVOKE_HELP)
    .action(revoke);
}

async function add(label: string, options: AddOptions): Promise<void> {
  const { addToken } = await import('../../contract/fleet/api/accounts.ts');
  const { print, printJson } = await import('./output/print.ts');
  const { timeText } = await import('./output/times.ts');
  const { user, role, only, days } = options;
  const client = await connect(options);
  const answer = await client.ask(addToken, {
    label,
    days,
    ...(user === undefined ? {} : { user }),
    ...(role === undefined ? {} : { role }),
    ...(only === undefined ? {} : { only }),
  });
  if (options.json === true) return printJson(answer);
  process.stderr.write(`token ${answer.id}, good until ${timeText(answer.expiresAt)}; it is shown only now\n`);
  print([answer.token]);
}

async function list(options: FleetOptions): Promise<void> {
  const { listTokens } = await import('../../contract/fleet/api/accounts.ts');
  const { printJson, printTable } = await import('./output/print.ts');
  const { agoText } = await import('./output/times.ts');
  const client = await connect(options);
  const answer = await client.ask(listTokens, {});
  if (options.json === true) return printJson(answer);
  const now = Date.now();
  printTable(
    ['NUMBER', 'USER', 'KIND', 'LABEL', 'ROLE', 'ONLY', 'EXPIRES', 'USED'],
    answer.tokens.map(({ id, user, kind, label, role, only, expiresAt, lastUsedAt }) => [
      String(id),
      user,
      kind,
      label,
      role,
      only,
      agoText(expiresAt, now),
      agoText(lastUsedAt, now),
    ]),
  );
}

async function revoke(id: number, options: FleetOptions): Promise<void> {
  const { revokeToken } = await import('../../contract/fleet/api/accounts.ts');
  const { print } = await import('./output/print.ts');
  const client = await connect(options);
  await client.ask(revokeToken, { id });
  print([`${id} is good no more`]);
}

const ADD_HELP = `
Programs send it as 'Authorization: Bearer TOKEN'; commands read it from --token-file or GUTINTEG_FLEET_TOKEN.

Examples:
  gutinteg fleet token add monitoring --user nagios --role viewer --site ~/site > token
  gutinteg fleet token add north --user installer --only report-machines --days 3650 --site ~/site > fleet-token
`;

const LIST_HELP = `
Examples:
  gutinteg fleet token list --site ~/site
`;

const REVOKE_HELP = `
Examples:
  gutinteg fleet token revoke 7 --site ~/site
`;
