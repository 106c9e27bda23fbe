// Plans that are refused in the ramdisk, each for its reason: nothing is written, and the machine is left alone.
import assert from 'node:assert/strict';
import { stat } from 'node:fs/promises';
import { test } from 'node:test';
import { GiB } from '../../lib/bytes.ts';
import { runInstallTest } from './run-install-test.ts';

/** The root is larger than its disk; and nobody has said that the data partition may be made. */
const database = `refused1: small-client room-a
    MAC=52:54:00:77:00:44
    IP=10.77.0.144
    PARTITION="disk0: (a 3G ext4 /) disk1: (a 1G ext4 /srv data)"
    DISK_disk0=serial:SMALL-SYSTEM
    DISK_disk1=serial:SMALL-FILES
`;

test('a disk that is too small and data that is not there are refused before the first write', async () => {
  await runInstallTest({
    name: 'refused',
    machine: { host: 'refused1', database },
    diskBytes: 2 * GiB,
    limitMs: 10 * 60_000,
    check: async (lab) => {
      // A raw image without an allocated block is all zeros.
      const blocksOnDisks = async (): Promise<number[]> =>
        await Promise.all(lab.disks.map(async ({ file }) => (await stat(file)).blocks));
      await lab.server.control.arm('refused1');
      const machine = await lab.switchOn('network', lab.logs.install);

      const failed = await lab.waitForState(machine, 'failed');
      assert.match(failed.reason ?? '', /^plan: [^]*disk0 is too small: [^]*SMALL-SYSTEM[^]*2\.00 GiB/);
      assert.match(failed.reason ?? '', /data partition disk1a is not on disk [^]*SMALL-FILES/);
      const shown = await lab.waitForConsole(machine, /not installed \(exit code 1\)/);
      assert.match(shown, /INSTALLATION FAILED in step 'plan'/);
      assert.match(shown, /SMALL-SYSTEM/);
      assert.match(shown, /No disk has been changed\./);
      assert.match(shown, /try: gutinteg plan refused1/);
      assert.deepEqual(await blocksOnDisks(), [0, 0]);

      const before = machine.vm.console().length;
      await machine.vm.reset();
      await lab.waitForConsole(
        machine,
        /refused1 failed; left alone until it is armed again[^]*booting the local disk/,
        before,
      );
      const { state, attempts } = await lab.status();
      assert.deepEqual({ state, attempts }, { state: 'failed', attempts: 1 });
      assert.deepEqual(await blocksOnDisks(), [0, 0]);
    },
  });
});
