// LVM itself says which names it takes: what it refuses is refused when PARTITION is checked, and nothing else is.
import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { test } from 'node:test';
import { runCommand } from '../../lib/run-command.ts';
import type { Argv } from '../../lib/run-command.ts';
import { parsePartitionSpec } from '../../partition-specs/spec.ts';
import { stackNameProblems } from '../../partition-specs/stack-names.ts';
import { loopDisk, scratchDirectory } from '../helpers/loop-disk.ts';

const isRefusedVolume = (name: string) =>
  stackNameProblems(parsePartitionSpec(`disk0: (a rest lvm vg0) vg0: (${name} rest ext4 /)`)).length > 0;
const isRefusedGroup = (name: string) =>
  stackNameProblems(parsePartitionSpec(`disk0: (a rest lvm ${name}) ${name}: (root rest ext4 /)`)).length > 0;

const PARTS =
  'cdata cmeta corig cpool cvol dump imeta iorig mimage mlog pmspare rimage rmeta tdata tmeta vdata vorigin vpool wcorig';
const names = [
  ...'root snapshot snapshots mysnapshot Snapshot pvmove pvmove0 lvol0 swap data'.split(' '),
  ...PARTS.split(' ').flatMap((part) => [part, `x_${part}`, `x_${part}0`, `x${part}`]),
];

test('volume names: lvcreate refuses the same ones', async () => {
  await using cleanup = new AsyncDisposableStack();
  const path = await loopDisk(cleanup, await scratchDirectory(cleanup), { sizeBytes: 1024 ** 3, sectorBytes: 512 });
  // Without the device mapper, which not every computer that runs this has.
  const lvm = async (command: string, ...rest: readonly string[]) => {
    const argv: Argv = ['lvm', command, '--config=global{activation=0}', '--yes', ...rest];
    return (await runCommand(argv, { okExitCodes: [0, 3, 5] })).exitCode;
  };
  const group = `gutinteg_test_${process.pid}`;
  assert.equal(await lvm('vgcreate', group, path), 0);
  const options = ['--activate=n', '--zero=n', '--wipesignatures=n', '--extents=1'];
  const refused: string[] = [];
  for (const name of names) {
    if ((await lvm('lvcreate', ...options, `--name=${name}`, group)) !== 0) refused.push(name);
  }
  assert.deepEqual(names.filter(isRefusedVolume), refused);
  assert.ok(refused.length > 30);
});

test('group names: everything in /dev that is a device is refused', async () => {
  const entries = await readdir('/dev', { withFileTypes: true });
  const devices = entries.filter((entry) => !entry.isDirectory() && /^[A-Za-z][A-Za-z0-9_]{0,29}$/.test(entry.name));
  assert.ok(devices.length > 5);
  assert.deepEqual(
    devices.map(({ name }) => name).filter((name) => !isRefusedGroup(name)),
    [],
  );
});
