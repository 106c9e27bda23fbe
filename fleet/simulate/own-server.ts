// A fleet's server for a simulation: a process of its own, on loopback, with a certificate and a state directory of its own. In: how
// the program is started. Out: where it is, what it has used. Never: opens a port that other computers reach.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { KeyObject } from 'node:crypto';
import { addAdmission } from '../../contract/fleet/api/admissions.ts';
import { showOrderKey } from '../../contract/fleet/api/jobs.ts';
import { readHostKey } from '../../contract/fleet/signed-request.ts';
import { UserError } from '../../lib/errors.ts';
import { runCommand } from '../../lib/run-command.ts';
import type { Argv } from '../../lib/run-command.ts';
import { connectToFleet } from '../api/api-client.ts';
import { makeCertificate, tlsFiles } from '../tls/make-certificate.ts';
import type { SimulatedServer } from './connection.ts';
import { SIMULATED_SITE } from './population.ts';
import { readUsage } from './process-usage.ts';
import type { ProcessUsage } from './process-usage.ts';

export type OwnServer = SimulatedServer & {
  readonly certificate: string;
  readonly stateDir: string;
  /** Lets any number of simulated hosts in. */
  readonly admission: string;
  /** By which hosts know its orders. */
  readonly orderKey: KeyObject;
  readonly usage: () => Promise<ProcessUsage | undefined>;
  /** Waits for its end. */
  readonly stop: () => Promise<void>;
};

export type OwnServerOptions = {
  /** Up to and with `fleet serve`. */
  readonly program: Argv;
  /** Empty, or of a server before. */
  readonly stateDir: string;
  /** A URI of PostgreSQL, instead of SQLite in the state directory. */
  readonly database?: string;
};

const ADDRESS = '127.0.0.1';
const START_MS = 60_000;

/** @throws UserError with the server's own words when it does not serve within a minute */
export async function startOwnServer({ program, stateDir, database }: OwnServerOptions): Promise<OwnServer> {
  const directory = join(stateDir, 'fleet', 'tls');
  await mkdir(directory, { recursive: true });
  await makeCertificate({ directory, run: runCommand, names: [ADDRESS], days: 30 });
  const [file, ...args] = program;
  const where = ['--state', stateDir, '--listen', `${ADDRESS}:0`, '--log-level', 'info'];
  const options = [
    ...(process.getuid?.() === 0 ? ['--user', 'root'] : []),
    ...(database === undefined ? [] : ['--database', database]),
  ];
  const child = spawn(file, [...args, ...where, ...options], { stdio: ['ignore', 'ignore', 'pipe'] });
  const port = await servedPort(child);
  const client = connectToFleet({ stateDir });
  const { publicKey } = await client.ask(showOrderKey, {});
  const { token } = await client.ask(addAdmission, {
    kind: 'site',
    site: SIMULATED_SITE,
    approves: true,
  });
  return {
    url: `https://${ADDRESS}:${port}`,
    certificate: await readFile(tlsFiles(directory).certificate, 'utf8'),
    stateDir,
    admission: token,
    orderKey: readHostKey(publicKey),
    usage: () => readUsage(child.pid ?? 0),
    stop: () => stop(child),
  };
}

/** Its log says so; it is read on, as a full pipe would stop the server. */
async function servedPort(child: ChildProcess): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  if (child.stderr === null) throw new Error('no standard error');
  const said: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => {
    if (said.push(line) > 20) said.shift();
    const port = /"port":(\d+)/.exec(line);
    if (line.includes('the fleet is served') && port !== null) resolve(Number(port[1]));
  });
  const fail = (): void => reject(new UserError(`the server of the simulation does not serve:\n${said.join('\n')}`));
  const timer = setTimeout(fail, START_MS);
  child.once('exit', fail);
  child.once('error', reject);
  try {
    return await promise;
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}
