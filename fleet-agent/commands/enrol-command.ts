// `gutinteg-fleet enrol`: this host becomes one of a fleet.
import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import type { Command } from 'commander';
import { admissionTokenSchema, hostNameSchema } from '../../contract/fleet/enrolment.ts';
import { UserError } from '../../lib/errors.ts';
import { harmlessJson } from '../../lib/harmless-text.ts';
import { parseEdge } from '../../lib/parse-edge.ts';
import { tryCheckIn } from '../exchange/try-check-in.ts';
import { ensureHostKey, renewHostKey } from '../state/host-key.ts';
import { openState } from '../state/open-state.ts';
import { replaceFile } from '../state/replace-file.ts';
import {
  isSetBySite,
  readServerPlace,
  requireServerPlace,
  serverPlaceSchema,
  writeServerPlace,
} from '../state/server-place.ts';
import type { ServerPlace } from '../state/server-place.ts';
import { SITE_FILE } from '../state/state-paths.ts';
import type { StatePaths } from '../state/state-paths.ts';
import { readCertificates } from '../../contract/fleet/connection/trust.ts';
import { AWAY, formatTried } from './check-in-command.ts';
import { lockState, openContext } from './open-context.ts';

type Options = {
  readonly server?: string;
  readonly certificate?: string;
  readonly fingerprint?: string;
  readonly tokenFile?: string;
  readonly tokenStdin: boolean;
  readonly name?: string;
  readonly newKey: boolean;
  readonly json: boolean;
  readonly state: string;
};

const HELP = `
The enrolment token comes from 'gutinteg fleet enrol' on the server. It is read from a file or from standard input, as whoever
lists processes sees arguments. Without a token the host waits until somebody lets it in: gutinteg fleet approve.

Examples:
  gutinteg-fleet enrol --server https://fleet.example.org:8443 --certificate certificate.pem --token-file token
  ssh root@web1 gutinteg-fleet enrol --server https://192.0.2.1:8443 --fingerprint sha256:… --token-stdin <token
  gutinteg-fleet enrol --new-key     this is a copy of another host, and becomes a host of its own
`;

export function addEnrolCommand(program: Command, stateDirectory: string): void {
  program
    .command('enrol')
    .description("make this host one of a fleet, or move it to another fleet's server")
    .option('--server <url>', "the fleet's server: https://NAME:8443")
    .option('--certificate <file>', "the server's certificate, or that of its authority, in PEM")
    .option('--fingerprint <sha256:hex>', "of the server's key, as gutinteg fleet tls prints it")
    .option('--token-file <file>', 'a file with an enrolment token')
    .option('--token-stdin', 'read the enrolment token from standard input', false)
    .option('--name <name>', 'how the fleet calls this host; its hostname unless given')
    .option('--new-key', 'make a new key: for a copy of another host', false)
    .option('--json', 'print the result as JSON', false)
    .option('--state <dir>', 'where the key and the state are kept', stateDirectory)
    .addHelpText('after', HELP)
    .action(enrol);
}

async function enrol(options: Options): Promise<void> {
  // Files of the caller are read before root's rights are given up.
  const token = await readToken(options);
  const wanted = await readWanted(options);
  const paths = openState(options.state);
  await using _lock = await lockState(paths, 60);
  choosePlace(paths, wanted);
  const place = requireServerPlace(paths);
  if (options.newKey) renewHostKey(paths);
  ensureHostKey(paths);
  if (token !== undefined) replaceFile(paths.admission, `${token}\n`);
  const context = await openContext(paths, place);
  using _client = context.client;
  const tried = await tryCheckIn(context);
  const isIn = tried.outcome === 'done' || tried.outcome === 'waiting';
  if (options.json)
    process.stdout.write(`${harmlessJson(JSON.stringify({ id: context.key.id, ...tried }, null, 2))}\n`);
  else
    process.stdout.write(
      `this host is ${context.key.id}, ${isIn ? 'of' : 'and not yet of'} the fleet at ${place.url}\n${formatTried(tried)}`,
    );
  if (!isIn) process.exitCode = tried.isAway ? AWAY : 1;
}

async function readToken({ tokenFile, tokenStdin }: Options): Promise<string | undefined> {
  if (tokenFile === undefined && !tokenStdin) return undefined;
  const read = tokenFile === undefined ? text(process.stdin) : readCallersFile(tokenFile);
  return parseEdge(admissionTokenSchema, (await read).trim(), tokenFile ?? 'standard input');
}

async function readCallersFile(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((cause: unknown) => {
    throw new UserError(`${file} cannot be read; nothing was changed`, { cause, exitCode: 2 });
  });
}

/** Undefined: as before. */
async function readWanted({ server, certificate, fingerprint, name }: Options): Promise<ServerPlace | undefined> {
  if (server === undefined) {
    if (certificate === undefined && fingerprint === undefined && name === undefined) return undefined;
    throw new UserError('--certificate, --fingerprint and --name go with --server', { exitCode: 2 });
  }
  const pem = certificate === undefined ? undefined : await readCallersFile(certificate);
  if (pem !== undefined) readCertificates(pem, certificate ?? '');
  return parseEdge(
    serverPlaceSchema.extend({ name: hostNameSchema.exactOptional() }),
    {
      url: server,
      ...(pem === undefined ? {} : { certificate: pem }),
      ...(fingerprint === undefined ? {} : { fingerprint }),
      ...(name === undefined ? {} : { name }),
    },
    'the options of enrol',
  );
}

/** What the site says of its machine cannot be said otherwise on the machine. */
function choosePlace(paths: StatePaths, wanted: ServerPlace | undefined): void {
  if (wanted === undefined) return;
  if (isSetBySite()) {
    if (readServerPlace(paths)?.url === wanted.url) return;
    throw new UserError(`${SITE_FILE} says which server this machine reports to; nothing was changed`, {
      exitCode: 2,
      hint: 'fleet: in site.yaml sets it for all machines of the site',
    });
  }
  writeServerPlace(paths, wanted);
}
