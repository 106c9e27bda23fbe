// A network of two namespaces for one test: a server with the netboot server in it, and a client. The server has a
// second network card, `office`, on which it must stay silent. Everything goes away with the stack it is made on.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { createControlClient } from '../../netboot/control-client.ts';
import type { ControlClient } from '../../netboot/control-client.ts';
import { runCommand } from '../../lib/run-command.ts';
import type { Argv, CommandOptions, CommandResult } from '../../lib/run-command.ts';

export const SERVER = '10.77.0.1';

export type Lab = {
  readonly dir: string;
  readonly stateDir: string;
  /** The server's process. */
  readonly pid: number;
  readonly control: ControlClient;
  /** Lines that the server has logged so far. */
  readonly log: readonly string[];
  /** Runs a program in the client's namespace. */
  readonly client: (argv: Argv, options?: CommandOptions) => Promise<CommandResult>;
};

let labs = 0;

export type LabOptions = {
  readonly range?: { readonly from: string; readonly to: string };
  readonly routerAdvertisements?: boolean;
  /** The state directory is a file system of its own, of this size. */
  readonly stateBytes?: number;
  /** What the machine's record has besides, or instead. */
  readonly record?: Readonly<Record<string, string>>;
  /** Another program for the server than that of the tests, called with the directory. */
  readonly program?: string;
};

export async function createLab(stack: AsyncDisposableStack, options: LabOptions = {}): Promise<Lab> {
  labs += 1;
  const [server, client] = [`gi${process.pid}s${labs}`, `gi${process.pid}c${labs}`];
  const dir = await mkdtemp(join(tmpdir(), 'gutinteg-netboot-'));
  stack.defer(() => rm(dir, { recursive: true, force: true }));
  const stateDir = join(dir, 'state');
  if (options.stateBytes !== undefined) await mountMemory(stack, stateDir, options.stateBytes);
  await createNamespaces(stack, server, client);
  const started = await startServer(stack, { namespace: server, dir, ...options });
  return {
    dir,
    stateDir,
    ...started,
    control: createControlClient(stateDir),
    client: (argv, options) => runCommand(['ip', 'netns', 'exec', client, ...argv], { timeoutMs: 60_000, ...options }),
  };
}

async function mountMemory(stack: AsyncDisposableStack, dir: string, sizeBytes: number): Promise<void> {
  await mkdir(dir);
  await runCommand(['mount', '-t', 'tmpfs', '-o', `size=${sizeBytes}`, 'gutinteg-test', dir]);
  stack.defer(async () => {
    await runCommand(['umount', dir]);
  });
}

async function createNamespaces(stack: AsyncDisposableStack, server: string, client: string): Promise<void> {
  const ip = (line: string) => runCommand(['ip', ...line.split(' ')] as unknown as Argv);
  for (const name of [server, client]) {
    await ip(`netns add ${name}`);
    stack.defer(async () => {
      await ip(`netns del ${name}`);
    });
    await ip(`-n ${name} link set lo up`);
  }
  const cables = [
    { at: 'lan', end: 'pxe0', address: `${SERVER}/16`, mac: '52:54:00:12:34:56', network: '10.77.0.2/16' },
    { at: 'office', end: 'pxe1', address: '10.88.0.1/16', mac: '52:54:00:12:34:57', network: '10.88.0.2/16' },
  ];
  for (const cable of cables) {
    await ip(`-n ${server} link add ${cable.at} type veth peer name ${cable.end} address ${cable.mac} netns ${client}`);
    await ip(`-n ${server} address add ${cable.address} dev ${cable.at}`);
    await ip(`-n ${server} link set ${cable.at} up`);
    await ip(`-n ${client} address add ${cable.network} dev ${cable.end}`);
    await ip(`-n ${client} link set ${cable.end} up`);
  }
}

/** The server is a process of its own, because a namespace belongs to a process. */
async function startServer(
  stack: AsyncDisposableStack,
  place: LabOptions & { namespace: string; dir: string },
): Promise<{ log: string[]; pid: number }> {
  const program = place.program ?? join(import.meta.dirname, 'netboot-lab-server.ts');
  const { range, routerAdvertisements = false } = place;
  const settings = { interface: 'lan', routerAdvertisements, ...(range === undefined ? {} : { dhcp: { range } }) };
  await writeFile(join(place.dir, 'settings.json'), JSON.stringify(settings));
  await writeFile(join(place.dir, 'record.json'), JSON.stringify(place.record ?? {}));
  const argv = ['netns', 'exec', place.namespace, process.execPath, program, place.dir];
  const child = spawn('ip', argv, { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = once(child, 'exit');
  stack.defer(async () => {
    child.kill('SIGTERM');
    await ended;
  });
  const log: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => log.push(line));
  await Promise.race([
    once(createInterface({ input: child.stdout }), 'line'),
    ended.then(() => Promise.reject(new Error(`the server did not start:\n${log.join('\n')}`))),
  ]);
  // `ip netns exec` becomes the program that it starts.
  return { log, pid: child.pid ?? 0 };
}

/** A script for udhcpc that prints what it was told. */
export async function writeUdhcpcScript(lab: Lab): Promise<string> {
  const path = join(lab.dir, 'udhcpc-script');
  await writeFile(path, '#!/bin/sh\necho "event=$1"\nenv\n', { mode: 0o755 });
  return path;
}

export const repositoryDir = dirname(dirname(import.meta.dirname));
