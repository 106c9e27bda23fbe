import assert from 'node:assert/strict';
import { test } from 'node:test';
import { damagePack } from '../helpers/damage-pack.ts';
import { runInstallTest } from './run-install-test.ts';

test('an image pack with a wrong hash ends the installation for good, naming pack and digests', async () => {
  await runInstallTest({
    name: 'wrong-hash',
    copyStore: true,
    limitMs: 10 * 60_000,
    check: async (lab) => {
      await lab.server.control.arm('small1');
      const pack = await damagePack(lab.workDir, 'debian-small-amd64');
      const machine = await lab.switchOn('network', lab.logs.install);

      const failed = await lab.waitForState(machine, 'failed');
      const complaint = `packs/${pack.name}: wrong bytes: expected SHA-256 ${pack.name}, found ${pack.found}`;
      const reason = failed.reason ?? '';
      assert(reason.startsWith('files: ') && reason.includes(complaint), reason);
      assert.equal(failed.attempts, 1);
      assert.match(failed.timeline.map(({ text }) => text).join('\n'), /disks were changed; will not be tried again/);
      const shown = await lab.waitForConsole(machine, /not installed \(exit code 1\)/);
      assert.match(shown, /INSTALLATION FAILED in step 'files'/);
      assert(shown.includes(complaint), shown);
      assert.match(shown, /The disk has been changed; it does not boot yet\./);
      assert.match(shown, /try: check the store/);
    },
  });
});
