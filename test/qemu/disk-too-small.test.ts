import assert from 'node:assert/strict';
import { stat } from 'node:fs/promises';
import { test } from 'node:test';
import { GiB } from '../../lib/bytes.ts';
import { runInstallTest } from './run-install-test.ts';

test('a disk that is too small is refused before the first write, and the machine is left alone', async () => {
  await runInstallTest({
    name: 'disk-too-small',
    diskBytes: 2 * GiB,
    limitMs: 5 * 60_000,
    check: async (lab) => {
      const [disk] = lab.disks;
      assert(disk !== undefined);
      // A raw image without an allocated block is all zeros.
      const blocksOnDisk = async (): Promise<number> => (await stat(disk.file)).blocks;
      await lab.server.control.arm('lab01');
      const machine = await lab.switchOn('network', lab.logs.install);

      const failed = await lab.waitForState(machine, 'failed');
      assert.match(failed.reason ?? '', /^plan: [^]*lab01-disk0[^]*2\.00 GiB/);
      const shown = await lab.waitForConsole(machine, /not installed \(exit code 1\)/);
      assert.match(shown, /INSTALLATION FAILED in step 'plan'/);
      assert.match(shown, /lab01-disk0/);
      assert.match(shown, /No disk has been changed\./);
      assert.match(shown, /try: gutinteg plan lab01/);
      assert.equal(await blocksOnDisk(), 0);

      const before = machine.vm.console().length;
      await machine.vm.reset();
      await lab.waitForConsole(
        machine,
        /lab01 failed; left alone until it is armed again[^]*booting the local disk/,
        before,
      );
      const { state, attempts } = await lab.status();
      assert.deepEqual({ state, attempts }, { state: 'failed', attempts: 1 });
      assert.equal(await blocksOnDisk(), 0);
    },
  });
});
