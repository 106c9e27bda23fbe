import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runCommand } from '../../lib/run-command.ts';
import type { Namespace } from '../../rehearse/namespace.ts';
import { waitForInstallation } from '../../rehearse/power-cycle.ts';
import { waitFor } from '../../rehearse/wait-for.ts';
import { runInstallTest } from './run-install-test.ts';

/** A third of the files and more; the line is that of the installer. */
const A_THIRD = /files: (?:3[4-9]|[4-9]\d) % /;

/** Connections to the dead server before it comes back: of five requests side by side, four or more tries each. */
const REFUSALS = 20;

test('a server that crashes in the middle of an installation and comes back: installed with the same attempt', async () => {
  await runInstallTest({
    name: 'server-away',
    limitMs: 30 * 60_000,
    check: async (lab) => {
      await lab.server.control.arm('small1');
      const machine = await lab.switchOn('network', lab.logs.install);
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

      const after = await waitForInstallation(lab, machine, lab.logs.install);
      assert.deepEqual([after.state, after.attempts], ['installed', 1], after.reason ?? '');
      assert.equal(after.lastReport?.report.changedTotal, 0);
    },
  });
});

/** How many connections the server's side has reset since the namespace was made. @see proc(5) on /proc/net/snmp */
async function refusedConnections(namespace: Namespace): Promise<number> {
  const { stdout } = await runCommand(namespace.inside(['cat', '/proc/net/snmp']));
  const [names = [], values = []] = stdout
    .split('\n')
    .filter((line) => line.startsWith('Tcp: '))
    .map((line) => line.split(' '));
  return Number(values[names.indexOf('OutRsts')]);
}
