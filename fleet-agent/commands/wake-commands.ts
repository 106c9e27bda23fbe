// `gutinteg-fleet wake` and `gutinteg-fleet listen`: a check-in before its time.
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { hostKeySchema } from '../../contract/fleet/enrolment.ts';
import { FLEET_PORT } from '../../contract/fleet/routes.ts';
import { readHostKey } from '../../contract/fleet/signed-request.ts';
import { UserError } from '../../lib/errors.ts';
import { parseEdge } from '../../lib/parse-edge.ts';
import { runCommand } from '../../lib/run-command.ts';
import { ensureHostKey } from '../state/host-key.ts';
import { readLastTry } from '../state/last-try.ts';
import { openState } from '../state/open-state.ts';
import { statePaths } from '../state/state-paths.ts';
import { listenForWakeUps } from '../wake/listen.ts';
import type { Listening, ListenOptions } from '../wake/listen.ts';

export function addWakeCommands(program: Command, stateDirectory: string): void {
  program
    .command('wake')
    .description('check in now, as the service does; for root, as gutinteg fleet push --by ssh runs it')
    .option('--state <dir>', 'where the key and the state are kept', stateDirectory)
    .action(wake);
  program
    .command('listen')
    .description("check in when a datagram of the fleet's server asks for it; only for hosts that want that")
    .requiredOption('--key <key>', "the server's, as gutinteg fleet push --show-key prints it")
    .option('--address <address>', 'where to listen, unless systemd has opened a socket', '::')
    .option('--port <n>', 'a port of UDP', String(FLEET_PORT))
    .option('--state <dir>', 'where the key and the state are kept', stateDirectory)
    .action(listen);
}

async function wake({ state }: { readonly state: string }): Promise<void> {
  const paths = statePaths(state);
  // Without the file, a check-in is due.
  rmSync(paths.due, { force: true });
  if (!existsSync('/run/systemd/system')) {
    process.stdout.write('it is due now: cron starts it within a minute\n');
    return;
  }
  await runCommand(['systemctl', 'start', 'gutinteg-fleet.service']);
  const tried = readLastTry(paths);
  if (tried === undefined) throw new UserError('this host belongs to no fleet yet', { hint: 'gutinteg-fleet enrol' });
  process.stdout.write(`${tried.outcome}: ${tried.message}\n`);
  if (tried.outcome !== 'done') process.exitCode = 1;
}

type Options = { readonly key: string; readonly address: string; readonly port: string; readonly state: string };

async function listen({ key, address, port, state }: Options): Promise<void> {
  const paths = openState(state);
  const publicKey = readHostKey(parseEdge(hostKeySchema, key, '--key'));
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535)
    throw new UserError(`--port ${port} is no port`, { exitCode: 2 });
  const place = ofSystemd(process.env) ?? { port: Number(port), address };
  const { id: hostId } = ensureHostKey(paths);
  const file = join(paths.directory, 'woken');
  const listening = await listenForWakeUps({ on: place, hostId, publicKey, file, checkIn: () => checkInOnce(state) });
  process.stdout.write(`listening for wake-ups on UDP port ${listening.port}\n`);
  await untilEnded(listening);
}

/** @see sd_listen_fds(3) */
const ofSystemd = ({ LISTEN_PID, LISTEN_FDS }: NodeJS.ProcessEnv): ListenOptions['on'] | undefined =>
  LISTEN_PID === String(process.pid) && LISTEN_FDS === '1' ? { fd: 3 } : undefined;

/** A process of its own: it takes the lock, has its limits, and cannot end the listener. */
async function checkInOnce(state: string): Promise<void> {
  const program = process.argv[1] ?? '';
  await runCommand([process.execPath, ...process.execArgv, program, 'check-in', '--quiet', '--state', state], {
    okExitCodes: [0, 1, 4],
  });
}

async function untilEnded({ close }: Listening): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  await promise;
  await close();
}
