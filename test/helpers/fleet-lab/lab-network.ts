// A network of a lab's own: a bridge in the server's namespace, and a namespace for each host, whose name the server knows. Everything goes
// away with the stack.
import { appendFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '../../../lib/run-command.ts';

export type LabNetwork = {
  /** The server's. */
  readonly namespace: string;
  readonly address: string;
  /** Makes a namespace for a host, with a card that reaches the server. @returns the namespace's name */
  readonly join: (hostName?: string) => Promise<string>;
};

let labs = 0;

/** 10.77.0.1 is the server's address in every lab: nothing leaves it. */
export async function makeLabNetwork(stack: AsyncDisposableStack): Promise<LabNetwork> {
  labs += 1;
  const namespace = `fleet${process.pid}x${labs}`;
  await addNamespace(stack, namespace);
  const names = await addNames(stack, namespace);
  // Of its own: a bridge without one takes the lowest of its ports, and hosts would not find it after another one has joined.
  const bridge = 'link add lan address 02:00:00:00:00:01 type bridge';
  await batch(['-n', namespace], [bridge, 'link set lan up', 'address add 10.77.0.1/16 dev lan']);
  let hosts = 0;
  return {
    namespace,
    address: '10.77.0.1',
    join: async (hostName) => {
      hosts += 1;
      const port = `port${hosts}`;
      const host = `${namespace}h${hosts}`;
      const address = `10.77.${1 + Math.floor(hosts / 250)}.${1 + (hosts % 250)}`;
      if (hostName !== undefined) await appendFile(names, `${address} ${hostName}\n`);
      await addNamespace(stack, host);
      await batch(
        ['-n', namespace],
        [`link add ${port} type veth peer name eth0 netns ${host}`, `link set ${port} master lan up`],
      );
      await batch(['-n', host], ['link set eth0 up', `address add ${address}/16 dev eth0`]);
      return host;
    },
  };
}

/** Programs in the namespace see this file as /etc/hosts. @see ip-netns(8) @returns its path */
async function addNames(stack: AsyncDisposableStack, namespace: string): Promise<string> {
  const directory = join('/etc/netns', namespace);
  await mkdir(directory, { recursive: true });
  stack.defer(async () => rm(directory, { recursive: true }));
  const file = join(directory, 'hosts');
  await writeFile(file, '127.0.0.1 localhost\n');
  return file;
}

async function addNamespace(stack: AsyncDisposableStack, name: string): Promise<void> {
  await runCommand(['ip', 'netns', 'add', name]);
  stack.defer(async () => void (await runCommand(['ip', 'netns', 'del', name])));
  await runCommand(['ip', '-n', name, 'link', 'set', 'lo', 'up']);
}

/** One process for several lines. @see ip(8) -batch */
const batch = (options: readonly string[], lines: readonly string[]) =>
  runCommand(['ip', ...options, '-batch', '-'], { stdin: `${lines.join('\n')}\n` });
