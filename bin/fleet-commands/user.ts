import { Option } from 'commander';
import type { Command } from 'commander';
import { roles } from '../../contract/fleet/operation.ts';
import type { Role } from '../../contract/fleet/operation.ts';
import { addFleetOptions, connect } from './fleet-options.ts';
import type { FleetOptions } from './fleet-options.ts';

type AddOptions = FleetOptions & { readonly role: Role; readonly password: boolean };
type Simple = 'disableAccount' | 'enableAccount' | 'removeAccount';

/** `gutinteg fleet user …`; `adduser`, as NWU called it. */
export function addFleetUserCommand(fleet: Command): void {
  const user = fleet.command('user').description('work with accounts, which may do what their role allows');
  addFleetOptions(user.command('list')).description('list the accounts').addHelpText('after', LIST_HELP).action(list);
  addAdd(user.command('add'), 'user add');
  addAdd(fleet.command('adduser', { hidden: true }), 'adduser');
  addFleetOptions(user.command('role'))
    .description('change what an account may do')
    .argument('<user>')
    .argument('<role>', roles.join(', '))
    .addHelpText('after', ROLE_HELP)
    .action(setRole);
  addFleetOptions(user.command('password'))
    .description("set an account's password, which is asked for or read from standard input; its sessions end")
    .argument('[user]', "an admin's: another account; one's own without it")
    .addHelpText('after', PASSWORD_HELP)
    .action(setPassword);
  addSimple(user, { name: 'disable', operation: 'disableAccount', what: 'let an account do nothing any more' });
  addSimple(user, { name: 'enable', operation: 'enableAccount', what: 'let a disabled or locked account in again' });
  addSimple(user, { name: 'remove', operation: 'removeAccount', what: 'take an account away, with its tokens' });
}

function addAdd(command: Command, path: string): void {
  addFleetOptions(command)
    .description('make an account; its password is asked for, or read from standard input')
    .argument('<user>')
    .addOption(new Option('--role <role>', 'what it may do').choices(roles).default('viewer'))
    .option('--no-password', 'it can have tokens only, for programs')
    .addHelpText('after', `\nExamples:\n  gutinteg fleet ${path} ann --role operator --site ~/site\n${ADD_HELP}`)
    .action(add);
}

async function list(options: FleetOptions): Promise<void> {
  const { listAccounts } = await import('../../contract/fleet/api/accounts.ts');
  const { printJson, printTable } = await import('./output/print.ts');
  const { agoText } = await import('./output/times.ts');
  const client = await connect(options);
  const answer = await client.ask(listAccounts, {});
  if (options.json === true) return printJson(answer);
  const rows = answer.users.map((user) => [
    user.name,
    user.role,
    String(user.sessions),
    String(user.tokens),
    [
      ...(user.isDisabled ? ['disabled'] : []),
      ...(user.lockedUntil === null ? [] : [`locked, opens ${agoText(user.lockedUntil, Date.now())}`]),
      ...(user.hasPassword ? [] : ['no password']),
    ].join('; '),
  ]);
  printTable(['USER', 'ROLE', 'SESSIONS', 'TOKENS', ''], rows);
}

async function add(name: string, options: AddOptions): Promise<void> {
  const { addAccount } = await import('../../contract/fleet/api/accounts.ts');
  const { print } = await import('./output/print.ts');
  const { readNewSecret } = await import('./read-secret.ts');
  const client = await connect(options);
  const password = options.password ? { password: await readNewSecret('password') } : {};
  await client.ask(addAccount, { name, role: options.role, ...password });
  print([`${name} may log in as ${options.role}`]);
}

async function setRole(name: string, role: string, options: FleetOptions): Promise<void> {
  const { setRole: operation } = await import('../../contract/fleet/api/accounts.ts');
  const { roleSchema } = await import('../../contract/fleet/operation.ts');
  const { parseEdge } = await import('../../lib/parse-edge.ts');
  const { print } = await import('./output/print.ts');
  const client = await connect(options);
  await client.ask(operation, { name, role: parseEdge(roleSchema, role, 'the role') });
  print([`${name} is ${role} now`]);
}

async function setPassword(name: string | undefined, options: FleetOptions): Promise<void> {
  const api = await import('../../contract/fleet/api/accounts.ts');
  const { print } = await import('./output/print.ts');
  const { readNewSecret, readSecret } = await import('./read-secret.ts');
  const client = await connect(options);
  if (name === undefined) {
    const password = await readSecret('password until now');
    await client.ask(api.changeOwnPassword, { password, newPassword: await readNewSecret('password') });
    return print(['the password is changed; all other sessions have ended']);
  }
  await client.ask(api.setPassword, { name, password: await readNewSecret('password') });
  print([`the password of ${name} is changed; its sessions have ended`]);
}

function addSimple(user: Command, { name, operation, what }: { name: string; operation: Simple; what: string }): void {
  addFleetOptions(user.command(name))
    .description(what)
    .argument('<user>')
    .addHelpText('after', `\nExamples:\n  gutinteg fleet user ${name} ann --site ~/site\n`)
    .action(async (account: string, options: FleetOptions) => {
      const api = await import('../../contract/fleet/api/accounts.ts');
      const { print } = await import('./output/print.ts');
      const client = await connect(options);
      await client.ask(api[operation], { name: account });
      print([`${account}: done`]);
    });
}

const LIST_HELP = `
Examples:
  gutinteg fleet user list --site ~/site
`;

const ADD_HELP = `
Roles: a viewer asks questions; an operator also asks hosts, renames them and saves classes; an approver also lets hosts
in and turns them away; an admin also has accounts. The first account is made through the server's socket, for whoever may
open it is admin.
`;

const ROLE_HELP = `
Its tokens can do no more than it can.

Examples:
  gutinteg fleet user role ann approver
`;

const PASSWORD_HELP = `
Examples:
  gutinteg fleet user password ann --site ~/site
  gutinteg fleet user password --server https://fleet.example:8443
`;
