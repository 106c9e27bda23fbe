// `gutinteg-fleet accept-orders` and `refuse-orders`: the administrator of a host says whose orders it takes.
import { mkdirSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { Option } from 'commander';
import type { Command } from 'commander';
import { hostKeySchema } from '../../contract/fleet/enrolment.ts';
import type { ActionKind } from '../../contract/fleet/jobs/action.ts';
import { UserError } from '../../lib/errors.ts';
import { parseEdge } from '../../lib/parse-edge.ts';
import { EXECUTOR_DIRECTORY, TRUST_FILE } from '../orders/order-places.ts';
import { replaceFile } from '../state/replace-file.ts';
import { STATE_DIRECTORY } from '../state/state-paths.ts';
import { dropAccepted, readAccepted } from './accepted-orders.ts';
import type { ExecutorPaths } from './executor-paths.ts';
import { openExecutorDirectory, readHostId } from './open-executor.ts';
import { makeRecord, readRecord, writeRecord } from './own-record.ts';
import { actionKinds, readTrust } from './trust-file.ts';
import type { Trust } from './trust-file.ts';

type Options = {
  readonly key?: string[];
  readonly allow?: ActionKind[];
  readonly show: boolean;
  readonly json: boolean;
  readonly forget: boolean;
  readonly state: string;
  readonly directory: string;
  readonly trust: string;
};

const HELP = `
Whoever has the key's other half can install, upgrade and remove packages on this host, from the sources that it has. Orders are
signed, for this host alone, and none is taken twice. They are written down in the host's log of packages, as always. Scripts of packages
run as root: who may install, upgrade or set sources can do everything here. upgrade-agent brings another gutinteg-fleet, whose program
is root's, and install-files any package: without them, and without set-source, only what the host's own sources have signed comes.

Examples:
  gutinteg-fleet accept-orders --key KEY          the key is printed by: gutinteg fleet order-key
  gutinteg-fleet accept-orders --key KEY --allow upgrade update-lists refresh
  gutinteg-fleet accept-orders --show
  gutinteg-fleet accept-orders                    once more, after this host has got a new key of its own
`;

export function addAcceptOrdersCommands(program: Command): void {
  program
    .command('accept-orders')
    .description("let the fleet's server change packages on this host; root only")
    .option('--key <key...>', "the public key that the fleet's server signs orders with")
    .addOption(new Option('--allow <kind...>', 'only orders of these kinds').choices(actionKinds))
    .option('--show', 'say what is accepted, and change nothing', false)
    .option('--json', 'print it as JSON', false)
    .option('--forget', 'make the record of orders anew if it is damaged', false)
    .option('--state <dir>', 'where gutinteg-fleet keeps its state', STATE_DIRECTORY)
    .option('--directory <dir>', "the executor's own directory", EXECUTOR_DIRECTORY)
    .option('--trust <file>', 'where it is written', TRUST_FILE)
    .addHelpText('after', HELP)
    .action(accept);
  program
    .command('refuse-orders')
    .description('take no orders any more; root only')
    .option('--directory <dir>', "the executor's own directory", EXECUTOR_DIRECTORY)
    .option('--trust <file>', 'where it is written', TRUST_FILE)
    .action(({ directory, trust }: { directory: string; trust: string }) => {
      rmSync(trust, { force: true });
      dropWaiting(openExecutorDirectory(directory, trust));
      process.stdout.write('this host takes no orders\n');
    });
}

function accept(options: Options): void {
  const before = readTrust(options.trust);
  if (options.show) return show(options, before);
  const keys = options.key?.map((key) => parseEdge(hostKeySchema, key, '--key')) ?? before?.keys;
  if (keys === undefined) {
    throw new UserError('no key is given: whose orders?', {
      exitCode: 2,
      hint: "gutinteg fleet order-key, on the fleet's server, prints the key; then gutinteg-fleet accept-orders --key KEY",
    });
  }
  const allow = options.allow ?? (options.key === undefined ? before?.allow : undefined);
  const host = readHostId(options.state);
  noteHost(options, host);
  const trust: Trust = { keys, ...(allow === undefined ? {} : { allow }) };
  if (JSON.stringify(trust) !== JSON.stringify(before))
    dropWaiting(openExecutorDirectory(options.directory, options.trust));
  mkdirSync(dirname(options.trust), { recursive: true, mode: 0o755 });
  replaceFile(options.trust, `${JSON.stringify(trust, null, 2)}\n`, { mode: 0o644 });
  show(options, readTrust(options.trust));
}

/** What was taken on somebody's word who is no longer believed, or not in that, is not begun; what has begun comes to its end. */
function dropWaiting(paths: ExecutorPaths): void {
  const running = readRecord(paths.record)?.running?.name;
  for (const { name } of readAccepted(paths)) if (name !== running) dropAccepted(paths, name);
}

/** A new identity begins with serials of its own. @throws UserError when the record is damaged, unless it is to be forgotten */
function noteHost({ directory, trust, forget }: Options, host: string): void {
  const paths = openExecutorDirectory(directory, trust);
  if (forget) rmSync(paths.record, { force: true });
  const record = readRecord(paths.record);
  if (record === undefined) makeRecord(paths.record, host);
  else if (record.host !== host) writeRecord(paths.record, { ...record, host, serial: 0 });
}

function show({ json }: Options, trust: Trust | undefined): void {
  if (json) process.stdout.write(`${JSON.stringify(trust ?? { keys: [] }, null, 2)}\n`);
  else process.stdout.write(trust === undefined ? 'this host takes no orders\n' : describe(trust));
}

const describe = ({ keys, allow }: Trust): string =>
  [
    'this host carries out orders, as root, that are signed with',
    ...keys.map((key) => `  ${key}`),
    allow === undefined ? 'of every kind' : `of these kinds only: ${allow.join(', ')}`,
    'gutinteg-fleet refuse-orders ends it',
    '',
  ].join('\n');
