import assert from 'node:assert/strict';
import { test } from 'node:test';
import { waitForInstallation } from '../../rehearse/power-cycle.ts';
import { runInstallTest } from './run-install-test.ts';

/** A third of the files and more; the line is that of the installer. */
const A_THIRD = /files: (?:3[4-9]|[4-9]\d) % /;

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
      await lab.waitForConsole(second, /the server does not answer: /);
      await lab.server.start();
      await lab.waitForConsole(second, /the server is back/);

      const after = await waitForInstallation(lab, second, lab.logs.second);
      assert.deepEqual([after.state, after.attempts], ['installed', 2], after.reason ?? '');
      assert.equal(after.lastReport?.report.changedTotal, 0);
    },
  });
});
