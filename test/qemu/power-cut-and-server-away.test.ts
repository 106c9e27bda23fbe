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

test('power lost in the middle, then a server that crashes and comes back: installed with the second attempt', async () => {
  await runInstallTest({
    name: 'power-cut-and-server-away',
    limitMs: 15 * 60_000,
    check: async (lab) => {
      await lab.server.control.arm('lab01');
      const first = await lab.switchOn('first attempt', lab.logs.install);
      await lab.waitForConsole(first, A_THIRD);
      await first.vm.kill();
      const cut = await lab.status();
      assert.deepEqual([cut.state, cut.attempts, cut.lastStep], ['installing', 1, 'files']);

      const second = await lab.switchOn('second attempt', lab.logs.second);
      await lab.waitForConsole(second, A_THIRD);
      await lab.server.kill();
      const before = await refusedConnections(lab.namespace);
      await lab.waitForConsole(second, /the server does not answer: /);
      await waitFor({
        what: `${REFUSALS} refused connections`,
        timeoutMs: 60_000,
        signal: lab.options.signal,
        look: async () => ((await refusedConnections(lab.namespace)) - before >= REFUSALS ? true : undefined),
      });
      await lab.server.start();
      await lab.waitForConsole(second, /the server is back/);

      const after = await waitForInstallation(lab, second, lab.logs.second);
      assert.deepEqual([after.state, after.attempts], ['installed', 2], after.reason ?? '');
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
