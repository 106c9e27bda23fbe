// The demo's fleet: the real server, and hosts that come every second or so, as timers let them come every minute. In: a directory,
// packages. Out: hosts, and commands whose output is the demo's own.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { chmod, copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { runCommand } from '../../lib/run-command.ts';
import { writeFleetProgram } from '../helpers/order-lab.ts';
import { makeDebRepository } from '../helpers/package-hosts/deb-repository.ts';
import type { DebPackage } from '../helpers/package-hosts/deb-package.ts';
import { makeDemoHost } from './demo-host.ts';
import type { DemoHost } from './demo-host.ts';

const repository = join(import.meta.dirname, '../..');
const GUTINTEG = join(repository, 'bin/gutinteg');
const URL = 'https://localhost:8443';
/** The server would become another user otherwise, and within these namespaces there may be none. */
const WITHOUT_RIGHTS = ['setpriv', '--inh-caps=-all', '--ambient-caps=-all', '--bounding-set=-all', '--no-new-privs'];
const PAUSE_MS = 500;

type DemoFleetOptions = {
  /** Empty; it need not be removed. */
  readonly directory: string;
  readonly names: readonly string[];
  /** What the repository has at first. */
  readonly packages: readonly DebPackage[];
};

/** The server ends with the stack. */
export async function makeDemoFleet(stack: AsyncDisposableStack, options: DemoFleetOptions) {
  const { directory, names, packages } = options;
  await runCommand(['ip', 'link', 'set', 'lo', 'up']);
  const [state, program, debs] = ['state', 'program', 'debs'].map((name) => join(directory, name)) as [
    string,
    string,
    string,
  ];
  const [debRepository, programBinds] = await Promise.all([
    makeDebRepository(debs, [{ suite: 'stable', packages }]),
    writeFleetProgram(program),
    startServer(stack, state),
  ]);
  const wrapper = join(program, 'gutinteg-fleet');
  await copyFile(join(repository, 'fleet-agent/files/gutinteg-fleet'), wrapper);
  await chmod(wrapper, 0o755);
  const hosts = await Promise.all(
    names.map((name) =>
      makeDemoHost({
        directory,
        name,
        binds: {
          '/srv/node': programBinds['/srv/node'] ?? '',
          '/opt/gutinteg-fleet': program,
          '/srv/packages': debs,
          '/srv/tls': join(state, 'fleet/tls'),
        },
        sources: ['deb [signed-by=/srv/packages/lab.gpg] copy:/srv/packages stable/'],
      }),
    ),
  );
  const ask = async (...words: readonly string[]): Promise<string> =>
    (await runCommand([GUTINTEG, 'fleet', ...words, '--state', state])).stdout;
  return {
    hosts,
    ask,
    publish: (more: readonly DebPackage[]) => debRepository.publish({ suite: 'stable', packages: more }),
    /** With its output where the demo's own goes. @returns its exit code */
    type: async (...words: readonly string[]): Promise<number> => {
      const child = spawn(GUTINTEG, ['fleet', ...words, '--state', state], { stdio: ['ignore', 'inherit', 'inherit'] });
      const [code] = (await once(child, 'exit')) as [number | null];
      return code ?? 1;
    },
    join: async (): Promise<void> => {
      const token = (await ask('enrol', '--for-site', 'demo', '--approve')).trim();
      const key = (await ask('order-key')).trim();
      await Promise.all(hosts.map((host) => joinFleet(host, token, key)));
    },
  };
}

async function startServer(stack: AsyncDisposableStack, state: string): Promise<void> {
  await mkdir(state);
  await runCommand([GUTINTEG, 'fleet', 'tls', '--state', state, '--name', 'localhost']);
  const words = ['fleet', 'serve', '--state', state, '--listen', '127.0.0.1:8443'];
  const [file = '', ...rest] = [...WITHOUT_RIGHTS, GUTINTEG, ...words];
  const child = spawn(file, rest, { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  const ended = once(child, 'exit');
  stack.defer(async () => {
    child.kill('SIGTERM');
    await ended;
  });
  const served = new Promise<void>((resolve) => {
    child.stderr.on('data', (bytes: Buffer) => {
      said = `${said}${bytes.toString()}`.slice(-20_000);
      if (said.includes('the fleet is served')) resolve();
    });
  });
  await Promise.race([served, ended]);
  if (child.exitCode !== null) throw new Error(`the server has ended:\n${said}`);
}

async function joinFleet({ name, root, run }: DemoHost, token: string, key: string): Promise<void> {
  await run(['apt-get', '-qq', 'update']);
  await run(['apt-get', '-qq', '-y', 'install', 'shop'], { env: { DEBIAN_FRONTEND: 'noninteractive' } });
  await mkdir(join(root, 'var/lib/gutinteg-fleet'), { mode: 0o700 });
  const place = ['--server', URL, '--certificate', '/srv/tls/certificate.pem', '--name', name];
  await run(['gutinteg-fleet', 'enrol', ...place, '--token-stdin'], { stdin: `${token}\n` });
  await run(['gutinteg-fleet', 'accept-orders', '--key', key]);
}

/** What timers do, until the stack ends. @returns a promise that only fails, when a host does */
export function keepComing(stack: AsyncDisposableStack, hosts: readonly DemoHost[]): Promise<never> {
  const stop = new AbortController();
  const { promise: failed, reject } = Promise.withResolvers<never>();
  const come = async ({ run }: DemoHost): Promise<void> => {
    while (!stop.signal.aborted) {
      await run(['gutinteg-fleet', 'check-in', '--quiet']);
      await run(['gutinteg-fleet', 'run-orders', '--if-any']);
      await pause(PAUSE_MS, undefined, { signal: stop.signal }).catch(() => undefined);
    }
  };
  const ended = Promise.all(hosts.map((host) => come(host).catch(reject)));
  stack.defer(async () => {
    stop.abort();
    await ended;
  });
  return failed;
}

/** Of the package on a host, by dpkg itself: `1.0, install ok installed`. */
export async function readVersion({ run }: DemoHost, name: string): Promise<string> {
  const { stdout } = await run(['dpkg-query', '-W', '-f', '${Version}, ${Status}', name]);
  return stdout;
}

/** Versions of the package that dpkg began to unpack there, by its own log. */
export function readUnpacked({ root }: DemoHost, name: string): string[] {
  const log = readFileSync(join(root, 'var/log/dpkg.log'), 'utf8');
  return log
    .split('\n')
    .map((line) => line.split(' '))
    .flatMap(([, , what, of = '', , version = '']) =>
      (what === 'install' || what === 'upgrade') && of.startsWith(`${name}:`) ? [version] : [],
    );
}
