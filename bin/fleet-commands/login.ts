import type { Command } from 'commander';
import { addFleetOptions, connect } from './fleet-options.ts';
import type { FleetOptions } from './fleet-options.ts';

type LoginOptions = { readonly server: string; readonly user?: string; readonly certificate?: string };

/** `gutinteg fleet login` and `logout`. */
export function addFleetLoginCommands(fleet: Command): void {
  fleet
    .command('login')
    .description(
      "begin a session with another computer's server; the password is asked for, or read from standard input",
    )
    .requiredOption('--server <url>', 'such as https://fleet.example:8443')
    .option('--user <user>', 'your account there, the name of this user unless given')
    .option('--certificate <file>', "the server's certificate in PEM, or that of its authority; it is remembered")
    .addHelpText('after', LOGIN_HELP)
    .action(login);
  addFleetOptions(fleet.command('logout'))
    .description('end the session')
    .addHelpText('after', LOGOUT_HELP)
    .action(logout);
}

async function login(options: LoginOptions): Promise<void> {
  const { readNamedFile } = await import('./read-named-file.ts');
  const { userInfo } = await import('node:os');
  const { logIn } = await import('../../contract/fleet/api/accounts.ts');
  const { connectToFleet } = await import('../../fleet/api/api-client.ts');
  const { print } = await import('./output/print.ts');
  const { timeText } = await import('./output/times.ts');
  const { parseServerUrl } = await import('./parse-server-url.ts');
  const { readSecret } = await import('./read-secret.ts');
  const { readSession, writeSession } = await import('./sessions.ts');
  const url = parseServerUrl(options.server);
  const name = options.user ?? userInfo().username;
  const known = await readSession(url);
  const pem =
    options.certificate === undefined ? known?.certificate : await readNamedFile(options.certificate, '--certificate');
  const certificate = pem === undefined ? {} : { certificate: pem };
  const password = await readSecret(`password of ${name}`);
  const answer = await connectToFleet({ url, ...certificate }).ask(logIn, { name, password });
  await writeSession(url, { token: answer.token, ...certificate });
  print([`${name} is ${answer.role} at ${url} until ${timeText(answer.expiresAt)}`]);
}

async function logout(options: FleetOptions): Promise<void> {
  const { logOut } = await import('../../contract/fleet/api/accounts.ts');
  const { print } = await import('./output/print.ts');
  const { parseServerUrl } = await import('./parse-server-url.ts');
  const { writeSession } = await import('./sessions.ts');
  const client = await connect(options);
  try {
    await client.ask(logOut, {});
  } finally {
    // Whatever the server says, this computer forgets it.
    if (options.server !== undefined) await writeSession(parseServerUrl(options.server), {});
  }
  print(['the session has ended']);
}

const LOGIN_HELP = `
The session is kept in ~/.config/gutinteg/fleet-sessions.json (0600), and other commands with the same --server use it. On
the server itself none is needed: whoever may open the socket is admin.

Examples:
  gutinteg fleet login --server https://fleet.example:8443 --user ann --certificate certificate.pem
`;

const LOGOUT_HELP = `
Examples:
  gutinteg fleet logout --server https://fleet.example:8443
`;
