// A bridge in a namespace, and clients with cards of their own, each in another. Everything goes away with the stack.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { runCommand } from '../../lib/run-command.ts';
import type { Argv, CommandResult } from '../../lib/run-command.ts';

const root = join(import.meta.dirname, '../..');
let labs = 0;

export type Client = {
  readonly run: (...argv: Argv) => Promise<CommandResult>;
  /** Sends bytes as they are, given as hexadecimal digits. */
  readonly sendFrame: (frame: string) => Promise<CommandResult>;
  /** Listens on the client's own card, without sending anything. */
  readonly watch: () => Promise<Collector>;
};
type Collector = {
  readonly stdout: readonly string[];
  readonly stderr: readonly string[];
  /** Waits for a line of standard output, at most half a minute. */
  readonly said: (pattern: RegExp) => Promise<void>;
  readonly kill: (signal: NodeJS.Signals) => void;
  readonly ended: Promise<number | null>;
};
export type Lab = {
  readonly dir: string;
  readonly file: string;
  /** Runs a program on the computer with the bridge `lan`. */
  readonly run: (...argv: Argv) => Promise<CommandResult>;
  /** Joins a computer with this MAC address, and perhaps an address, to the bridge. */
  readonly join: (mac: string, ip?: string) => Promise<Client>;
  /** Starts update-cluster-maccollect on the bridge, and waits until it listens. */
  readonly collect: (...args: string[]) => Promise<Collector>;
};

/** `how`: options of `update-cluster-maccollect` that say how hosts are named. */
export const how = ['--hostname', 'node%03d', '--range', '10.0.0.1-10.0.0.20'];

export async function createLab(stack: AsyncDisposableStack): Promise<Lab> {
  labs += 1;
  const lab = `mc${process.pid}x${labs}`;
  const dir = await mkdtemp(join(tmpdir(), 'gutinteg-maccollect-'));
  stack.defer(() => rm(dir, { recursive: true, force: true }));
  await addNamespace(stack, lab);
  await ip(`-n ${lab} link add lan type bridge`);
  await ip(`-n ${lab} link set lan address 00:16:3e:ff:ff:ff up`);
  await ip(`-n ${lab} address add 10.0.0.2/24 dev lan`);
  let clients = 0;
  const run = (...argv: Argv) => runIn(lab, argv);
  const file = join(dir, 'cluster.xml');
  return {
    dir,
    file,
    run,
    join: async (mac, address) => {
      clients += 1;
      const name = `${lab}c${clients}`;
      await addNamespace(stack, name);
      await ip(`-n ${lab} link add port${clients} type veth peer name eth0 netns ${name}`);
      await ip(`-n ${name} link set eth0 address ${mac} up`);
      await ip(`-n ${lab} link set port${clients} master lan up`);
      if (address !== undefined) await ip(`-n ${name} address add ${address}/24 dev eth0`);
      return {
        run: (...argv) => runIn(name, argv),
        sendFrame: (frame) => runIn(name, [process.execPath, '--input-type=module', '-e', sendingProgram(frame)]),
        watch: () => collect(stack, name, ['--interface', 'eth0', '--listen-only']),
      };
    },
    collect: (...args) => collect(stack, lab, ['--interface', 'lan', '--file', file, ...args]),
  };
}

function sendingProgram(frame: string): string {
  const socket = join(root, 'packagelink/native/packet-socket.ts');
  return `import { openPacketSocket } from ${JSON.stringify(socket)};
    openPacketSocket('eth0', [{ code: 6, k: 0 }]).send(Buffer.from('${frame.replaceAll(' ', '')}', 'hex'));`;
}

async function addNamespace(stack: AsyncDisposableStack, name: string): Promise<void> {
  await ip(`netns add ${name}`);
  stack.defer(async () => {
    await ip(`netns del ${name}`);
  });
  // Only what a test sends is to be heard.
  await runIn(name, ['sh', '-c', 'echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6']);
  await ip(`-n ${name} link set lo up`);
}

async function collect(stack: AsyncDisposableStack, namespace: string, args: readonly string[]): Promise<Collector> {
  const program = join(root, 'bin/update-cluster-maccollect');
  const child = spawn('ip', ['netns', 'exec', namespace, program, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    // One that never ends fails its test, and not all that come behind it.
    timeout: 60_000,
    killSignal: 'SIGKILL',
  });
  const ended = once(child, 'close').then(([code]) => code as number | null);
  stack.defer(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  const [stdout, stderr]: [string[], string[]] = [[], []];
  const lines = createInterface({ input: child.stdout }).on('line', (line) => stdout.push(line));
  const errors = createInterface({ input: child.stderr }).on('line', (line) => stderr.push(line));
  await Promise.race([once(errors, 'line'), ended]);
  const said = async (pattern: RegExp) => {
    const signal = AbortSignal.timeout(30_000);
    while (!stdout.some((line) => pattern.test(line))) {
      await once(lines, 'line', { signal }).catch((cause: unknown) => {
        throw new Error(`${pattern} was not said: ${[...stdout, ...stderr].join('\n')}`, { cause });
      });
    }
  };
  return { said, stdout, stderr, ended, kill: (signal) => void child.kill(signal) };
}

const ip = (line: string) => runCommand(['ip', ...line.split(' ')] as unknown as Argv);

const runIn = (namespace: string, argv: Argv) =>
  runCommand(['ip', 'netns', 'exec', namespace, ...argv], { timeoutMs: 60_000, okExitCodes: [0, 1, 2] });
