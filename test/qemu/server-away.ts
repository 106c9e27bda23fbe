// The server crashes while a machine is being installed, and comes back. In: a machine that is switched on and armed.
// Out: the machine has found its server again, and its installation goes on. Never: waits for the end of it.
import { runCommand } from '../../lib/run-command.ts';
import type { Namespace } from '../../rehearse/namespace.ts';
import type { SwitchedOn } from '../../rehearse/switch-on.ts';
import { waitFor } from '../../rehearse/wait-for.ts';
import type { InstallLab } from './run-install-test.ts';

/** A third of the files and more; the line is that of the installer. */
const A_THIRD = /files: (?:3[4-9]|[4-9]\d) % /;

/** Connections to the dead server before it comes back: of five requests side by side, four or more tries each. */
const REFUSALS = 20;

export async function crashServer(lab: InstallLab, machine: SwitchedOn): Promise<void> {
  await lab.waitForConsole(machine, A_THIRD);
  await lab.server.kill();
  const before = await refusedConnections(lab.namespace);
  await lab.waitForConsole(machine, /the server does not answer: /);
  await waitFor({
    what: `${REFUSALS} refused connections`,
    timeoutMs: 180_000,
    signal: lab.options.signal,
    look: async () => ((await refusedConnections(lab.namespace)) - before >= REFUSALS ? true : undefined),
  });
  await lab.server.start();
  await lab.waitForConsole(machine, /the server is back/);
}

/** How many connections the server's side has reset since the namespace was made. @see proc(5) on /proc/net/snmp */
async function refusedConnections(namespace: Namespace): Promise<number> {
  const { stdout } = await runCommand(namespace.inside(['cat', '/proc/net/snmp']));
  const [names = [], values = []] = stdout
    .split('\n')
    .filter((line) => line.startsWith('Tcp: '))
    .map((line) => line.split(' '));
  return Number(values[names.indexOf('OutRsts')]);
}
