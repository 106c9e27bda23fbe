// A machine of another network: its packets come through dnsmasq as a relay, and through a router without it.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { runCommand } from '../../lib/run-command.ts';
import type { Argv } from '../../lib/run-command.ts';
import { createLab, SERVER } from './netboot-lab.ts';
import type { Lab } from './netboot-lab.ts';

const MACHINE = '10.99.0.9';
const ROUTER = '10.99.0.1';
const LIMIT_MS = 20_000;

/** The lab's client becomes the router and relay of a network behind it; the answer is that network's namespace. */
async function addNetworkBehind(stack: AsyncDisposableStack, lab: Lab): Promise<string> {
  const far = `gi${process.pid}far`;
  await runCommand(['ip', 'netns', 'add', far]);
  stack.defer(async () => {
    await runCommand(['ip', 'netns', 'del', far]);
  });
  const inFar = (...argv: readonly string[]) => runCommand(['ip', '-n', far, ...argv]);
  // The card of the machine is in the far network here.
  await lab.client(['ip', 'link', 'set', 'pxe0', 'address', '52:54:00:12:34:99']);
  await lab.client(words(`ip link add far0 type veth peer name far1 address 52:54:00:12:34:56 netns ${far}`));
  await lab.client(words(`ip address add ${ROUTER}/16 dev far0`));
  await lab.client(words('ip link set far0 up'));
  await lab.client(words('busybox sysctl -w net.ipv4.ip_forward=1'));
  await inFar('link', 'set', 'far1', 'up');
  await runCommand(words(`nsenter -t ${lab.pid} -n ip route add 10.99.0.0/16 via 10.77.0.2`));
  await startRelay(stack, lab);
  return far;
}

const words = (line: string): Argv => line.split(' ') as unknown as Argv;

/** Goes into the background when it listens. */
async function startRelay(stack: AsyncDisposableStack, lab: Lab): Promise<void> {
  const pidFile = join(lab.dir, 'dnsmasq.pid');
  const relay = `--dhcp-relay=${ROUTER},${SERVER}`;
  await lab.client(['dnsmasq', '--port=0', '--conf-file=/dev/null', '--user=root', `--pid-file=${pidFile}`, relay]);
  const pid = Number(await readFile(pidFile, 'utf8'));
  stack.defer(() => void process.kill(pid));
}

/** udhcpc in the foreground; what it says, line by line. */
async function startClient(stack: AsyncDisposableStack, lab: Lab, far: string) {
  const script = join(lab.dir, 'far-script');
  const configure = `ip address replace $ip/16 dev far1\nip route replace default via $router dev far1`;
  await writeFile(script, `#!/bin/sh\ncase $1 in bound|renew) ${configure};; esac\necho "event=$1 $ip"\n`, {
    mode: 0o755,
  });
  const argv = ['netns', 'exec', far, 'busybox', 'udhcpc', '-i', 'far1', '-f', '-t', '5', '-T', '1', '-s', script];
  const child = spawn('ip', argv, { stdio: ['ignore', 'pipe', 'ignore'] });
  const ended = once(child, 'exit');
  stack.defer(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const event = async (name: string): Promise<string> => {
    for (;;) {
      const late = AbortSignal.timeout(LIMIT_MS);
      const line = await Promise.race([lines.next(), once(late, 'abort')]);
      if (Array.isArray(line) || line.done === true) return assert.fail(`no ${name}\n${lab.log.join('\n')}`);
      if (line.value.startsWith(`event=${name} `)) return line.value;
    }
  };
  return { event, renew: () => child.kill('SIGUSR1') };
}

test('busybox udhcpc behind a dnsmasq relay gets its address, and renews it through the router alone', async () => {
  await using stack = new AsyncDisposableStack();
  const record = { IP: MACHINE, GATEWAY: ROUTER };
  const lab = await createLab(stack, { range: { from: '10.77.1.0', to: '10.77.1.9' }, record });
  const far = await addNetworkBehind(stack, lab);
  const client = await startClient(stack, lab, far);
  assert.equal(await client.event('bound'), `event=bound ${MACHINE}`);
  client.renew();
  assert.equal(await client.event('renew'), `event=renew ${MACHINE}`);
  const { timeline } = await lab.control.status('q-bert');
  assert.deepEqual(
    timeline.map(({ text }) => text),
    [
      `DHCPDISCOVER from the system on its disk: offered ${MACHINE}`,
      `DHCPREQUEST from the system on its disk: has ${MACHINE}`,
    ],
  );
});
