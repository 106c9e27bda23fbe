// What every command says that asks the fleet's server. In: options. Out: a client. Never: a token on the command line, which
// every user of this computer could read.
import type { Command } from 'commander';
import type { FleetClient } from '../../fleet/api/api-client.ts';
import type { FleetServerPlace } from '../../fleet/api/server-place.ts';
import { readNamedFile } from './read-named-file.ts';

export type FleetOptions = {
  readonly site: string;
  readonly state?: string;
  readonly server?: string;
  readonly tokenFile?: string;
  readonly certificate?: string;
  readonly json?: true;
};

/** Where the server is, and `--json`. */
export function addFleetOptions(command: Command): Command {
  return command
    .option('--site <dir>', 'site directory', '.')
    .option('--state <dir>', 'state directory of the running server, instead of the one in site.yaml')
    .option('--server <url>', "another computer's server, such as https://fleet.example:8443")
    .option('--token-file <file>', 'file with a token, instead of gutinteg fleet login or GUTINTEG_FLEET_TOKEN')
    .option('--certificate <file>', "the server's certificate in PEM, or that of its authority")
    .option('--json', "the server's answer as JSON");
}

/** By the socket of the state directory, or with `--server` by its URL. @throws UserError */
export async function connect(options: FleetOptions): Promise<FleetClient> {
  const { connectToFleet } = await import('../../fleet/api/api-client.ts');
  return connectToFleet(await findServer(options));
}

/** @throws UserError */
async function findServer(options: FleetOptions): Promise<FleetServerPlace> {
  if (options.server === undefined) {
    const { findStateDir } = await import('../find-state-dir.ts');
    return { stateDir: await findStateDir(options) };
  }
  const { parseServerUrl } = await import('./parse-server-url.ts');
  const { readSession } = await import('./sessions.ts');
  const url = parseServerUrl(options.server);
  const session = await readSession(url);
  const token = await readToken(options.tokenFile, session?.token);
  const certificate =
    options.certificate === undefined
      ? session?.certificate
      : await readNamedFile(options.certificate, '--certificate');
  return {
    url,
    ...(token === undefined ? {} : { token }),
    ...(certificate === undefined ? {} : { certificate }),
  };
}

async function readToken(file: string | undefined, ofSession: string | undefined): Promise<string | undefined> {
  if (file === undefined) return process.env['GUTINTEG_FLEET_TOKEN'] ?? ofSession;
  return (await readNamedFile(file, '--token-file')).trim();
}
