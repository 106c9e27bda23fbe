// A PostgreSQL of a test's own: Debian's server, unpacked and not installed, in a temporary directory, on a Unix socket. It runs
// as nobody, as it refuses root, and ends with the process that started it.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { access, chmod, chown, cp, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { Client } from 'pg';
import { runCommand } from '../../lib/run-command.ts';
import { unpackedPackage } from './unpacked-package.ts';

const NOBODY = 65_534;
const START_MS = 60_000;

export type Postgres = {
  /** The connection URI of a database. */
  readonly uri: (database: string) => string;
  /** Makes an empty database. @returns its connection URI */
  readonly newDatabase: () => Promise<string>;
  /** Ends it at once, as a power cut would, and starts it again. */
  readonly crash: () => Promise<void>;
  readonly stop: () => Promise<void>;
};

/** @throws Error with the server's own words when it does not start within a minute */
export async function startPostgres(): Promise<Postgres> {
  const programs = join(await unpackedPackage('postgresql-15'), 'usr/lib/postgresql/15/bin');
  const directory = await mkdtemp(join(tmpdir(), 'gutinteg-postgres-'));
  await cp(await freshCluster(programs), join(directory, 'data'), { recursive: true });
  await runCommand(['chown', '-R', `${NOBODY}:${NOBODY}`, directory]);
  let server = await start(programs, directory);
  let databases = 0;
  const uri = (database: string): string => `postgresql:///${database}?host=${directory}&user=fleet`;
  return {
    uri,
    async newDatabase() {
      const name = `fleet_${(databases += 1)}`;
      const client = new Client({ connectionString: uri('postgres') });
      await client.connect();
      await client.query(`create database ${name}`);
      await client.end();
      return uri(name);
    },
    async crash() {
      await end(server, 'SIGQUIT');
      server = await start(programs, directory);
    },
    async stop() {
      await end(server, 'SIGINT');
      await rm(directory, { recursive: true });
    },
  };
}

/** initdb takes some seconds, a copy of what it made a tenth of one. */
async function freshCluster(programs: string): Promise<string> {
  const [peer = ''] = /^.*\/postgresql-15_[^/]+/.exec(programs) ?? [];
  const cluster = join(dirname(peer), `${basename(peer)}.cluster`);
  if (
    await access(cluster).then(
      () => true,
      () => false,
    )
  )
    return cluster;
  const work = await mkdtemp(join(tmpdir(), 'gutinteg-initdb-'));
  await chown(work, NOBODY, NOBODY);
  const data = join(work, 'data');
  const how = ['--no-sync', '--auth=trust', '--username=fleet', '--encoding=UTF8', '--no-locale'];
  await runCommand(asNobody(join(programs, 'initdb'), ...how, '-D', data), { cwd: work });
  const made = await mkdtemp(join(dirname(peer), '.initdb-'));
  await cp(data, join(made, 'data'), { recursive: true });
  await rm(work, { recursive: true });
  // Another test may have been as quick.
  await rename(join(made, 'data'), cluster).catch(() => {});
  await rm(made, { recursive: true });
  return cluster;
}

/** It may read what root may: the programs lie wherever this tree does. */
const asNobody = (program: string, ...args: string[]): [string, ...string[]] => {
  const reading = ['--inh-caps=-all,+dac_read_search', '--ambient-caps=-all,+dac_read_search'];
  const user = [`--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'];
  return ['setpriv', ...user, ...reading, '--pdeathsig=INT', program, ...args];
};

async function start(programs: string, directory: string): Promise<ChildProcess> {
  // A process that is killed loses nothing without fsync, only a computer does.
  const memory = ['shared_buffers=32MB', 'jit=off', 'fsync=off'];
  const settings = ['listen_addresses=', `unix_socket_directories=${directory}`, ...memory];
  const data = join(directory, 'data');
  await chmod(data, 0o700);
  const options = settings.flatMap((setting) => ['-c', setting]);
  const [file, ...args] = asNobody(join(programs, 'postgres'), '-D', data, ...options);
  const server = spawn(file, args, { cwd: directory, stdio: ['ignore', 'ignore', 'pipe'], env: { LC_ALL: 'C' } });
  await isReady(server);
  server.unref();
  return server;
}

/** It says so on standard error, which is read on, as a full pipe would stop it. */
async function isReady(server: ChildProcess): Promise<void> {
  if (server.stderr === null) throw new Error('no standard error');
  const said: string[] = [];
  const timer = setTimeout(() => server.kill('SIGQUIT'), START_MS);
  const lines = createInterface({ input: server.stderr });
  await new Promise<void>((resolve, reject) => {
    lines.on('line', (line) => {
      if (said.length < 50) said.push(line);
      if (line.includes('ready to accept connections')) resolve();
    });
    server.once('exit', () => reject(new Error(`PostgreSQL has ended:\n${said.join('\n')}`)));
    server.once('error', reject);
  }).finally(() => clearTimeout(timer));
}

async function end(server: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (server.exitCode !== null) return;
  const ended = once(server, 'exit');
  server.ref();
  server.kill(signal);
  await ended;
}
