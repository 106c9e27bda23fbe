// A network of a lab's own: a bridge in the server's namespace, and a namespace for each host. Everything goes away with the stack.
import { runCommand } from '../../../lib/run-command.ts';

export type LabNetwork = {
  /** The server's. */
  readonly namespace: string;
  readonly address: string;
  /** Makes a namespace with a card that reaches the server. @returns its name */
  readonly join: () => Promise<string>;
};

let labs = 0;

/** 10.77.0.1 is the server's address in every lab: nothing leaves it. */
export async function makeLabNetwork(stack: AsyncDisposableStack): Promise<LabNetwork> {
  labs += 1;
  const namespace = `fleet${process.pid}x${labs}`;
  await addNamespace(stack, namespace);
  // Of its own: a bridge without one takes the lowest of its ports, and hosts would not find it after another one has joined.
  const bridge = 'link add lan address 02:00:00:00:00:01 type bridge';
  await batch(['-n', namespace], [bridge, 'link set lan up', 'address add 10.77.0.1/16 dev lan']);
  let hosts = 0;
  return {
    namespace,
    address: '10.77.0.1',
    join: async () => {
      hosts += 1;
      const port = `port${hosts}`;
      const host = `${namespace}h${hosts}`;
      const address = `10.77.${1 + Math.floor(hosts / 250)}.${1 + (hosts % 250)}/16`;
      await addNamespace(stack, host);
      await batch(
        ['-n', namespace],
        [`link add ${port} type veth peer name eth0 netns ${host}`, `link set ${port} master lan up`],
      );
      await batch(['-n', host], ['link set eth0 up', `address add ${address} dev eth0`]);
      return host;
    },
  };
}

async function addNamespace(stack: AsyncDisposableStack, name: string): Promise<void> {
  await runCommand(['ip', 'netns', 'add', name]);
  stack.defer(async () => void (await runCommand(['ip', 'netns', 'del', name])));
  await runCommand(['ip', '-n', name, 'link', 'set', 'lo', 'up']);
}

/** One process for several lines. @see ip(8) -batch */
const batch = (options: readonly string[], lines: readonly string[]) =>
  runCommand(['ip', ...options, '-batch', '-'], { stdin: `${lines.join('\n')}\n` });
