// A server's computer for one test: a network namespace with the server's card `lan0`, and one with a client's `pxe0`.
import { runCommand } from '../../lib/run-command.ts';
import type { Argv, CommandOptions, CommandResult } from '../../lib/run-command.ts';

export type TwoComputers = {
  readonly server: string;
  readonly client: (argv: Argv, options?: CommandOptions) => Promise<CommandResult>;
};

let count = 0;

/** 10.77.0.1 is the server, as examples/lab says; 10.77.0.9 the client. Both go with the stack. */
export async function connectTwo(stack: AsyncDisposableStack): Promise<TwoComputers> {
  count += 1;
  const [server, client] = [`gs${process.pid}s${count}`, `gs${process.pid}c${count}`];
  const ip = (line: string) => runCommand(['ip', ...line.split(' ')]);
  for (const name of [server, client]) {
    await ip(`netns add ${name}`);
    stack.defer(async () => void (await ip(`netns del ${name}`)));
    await ip(`-n ${name} link set lo up`);
  }
  await ip(`-n ${server} link add lan0 type veth peer name pxe0 netns ${client}`);
  await ip(`-n ${server} address add 10.77.0.1/24 dev lan0`);
  await ip(`-n ${client} address add 10.77.0.9/24 dev pxe0`);
  await ip(`-n ${server} link set lan0 up`);
  await ip(`-n ${client} link set pxe0 up`);
  return {
    server,
    client: (argv, options) => runCommand(['ip', 'netns', 'exec', client, ...argv], { timeoutMs: 30_000, ...options }),
  };
}

/** What udhcpc, curl's TFTP and curl's HTTP get from the server. */
export async function askAsClient({ client }: TwoComputers): Promise<{ dhcp: string; tftp: string; http: string }> {
  const lease = ['busybox', 'udhcpc', '-i', 'pxe0', '-n', '-q', '-f', '-t', '5', '-s', '/bin/true'] as const;
  const dhcp = await client(lease);
  const get = (url: string) => client(['curl', '--silent', '--show-error', '--fail', '--max-time', '10', url]);
  return {
    dhcp: `${dhcp.stdout}${dhcp.stderr}`,
    tftp: (await get('tftp://10.77.0.1/start.ipxe')).stdout,
    http: (await get('http://10.77.0.1:8080/v1/health')).stdout,
  };
}
