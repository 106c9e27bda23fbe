// Subvolumes as PARTITION names them, made by the real tools, mounted by the fstab, and listed by btrfs itself.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { runCommand } from '../../lib/run-command.ts';
import type { Argv } from '../../lib/run-command.ts';
import type { DiskFacts } from '../../partition-specs/disk-facts.ts';
import { filesystemOf } from '../../partition-specs/filesystems/all.ts';
import type { LayoutInput } from '../../partition-specs/plan-layout.ts';
import { planLayout } from '../../partition-specs/plan-layout.ts';
import { renderLinux } from '../../partition-specs/render/linux.ts';
import { parsePartitionSpec } from '../../partition-specs/spec.ts';
import { loopDisk, output, readLoopDisk, scratchDirectory } from '../helpers/loop-disk.ts';

const MiB = 1024 ** 2;
// mkfs.btrfs refuses a UUID that any device has, also one of another test that runs beside this one.
const machineId = randomUUID();

function plan(text: string, disk: DiskFacts, more: Partial<LayoutInput> = {}) {
  const facts = { firmware: 'bios' as const, memoryBytes: 1024 * MiB, macs: [], disks: [disk], stacks: [] };
  return planLayout({ spec: parsePartitionSpec(text), facts, bindings: {}, machineId, ...more });
}

test('made, mounted for a root and nested, checked, and looked for in a file system that is kept', async () => {
  await using cleanup = new AsyncDisposableStack();
  const directory = await scratchDirectory(cleanup);
  const path = await loopDisk(cleanup, directory, { sizeBytes: 900 * MiB, sectorBytes: 512 });
  const text = 'disk0: (a 300M btrfs / subvol=@,compress=zstd) (h rest btrfs /home subvol=users/home data)';
  const layout = plan(text, await readLoopDisk(path), { initData: ['h'] });
  const { operations, mounts } = renderLinux(layout);
  for (const { argv, stdin } of operations) await runCommand(argv, stdin === undefined ? {} : { stdin });
  for (const { device } of mounts) await runCommand(['btrfs', 'check', '--readonly', device]);

  const target = join(directory, 'target');
  await mkdir(target);
  for (const { device, options, fsType } of mounts) {
    await runCommand(['mount', '-t', fsType, '-o', options, device, target]);
    cleanup.defer(async () => void (await runCommand(['umount', target], { okExitCodes: [0, 32] })));
  }
  const subvolumes = async (mountPoint: string) =>
    (await output('btrfs', 'subvolume', 'list', '-a', mountPoint)).match(/path \S+/g);
  assert.deepEqual(await subvolumes(target), ['path <FS_TREE>/users/home']);
  await runCommand(['umount', target]);
  assert.match((await subvolumes(target))?.join() ?? '', /^path (?:<FS_TREE>\/)?@$/);
  await runCommand(['umount', target]);

  const kept = plan(text, await readLoopDisk(path));
  assert.equal(kept.disks[0]?.partitions.find(({ letter }) => letter === 'h')?.verdict, 'KEEP');
  const look = filesystemOf('btrfs').expectInside ?? assert.fail();
  for (const argv of look(`${path}p8`, ['subvol=users/home'])) await runCommand(argv);
  const [mount] = look(`${path}p8`, ['subvol=elsewhere']) as [Argv];
  await assert.rejects(runCommand(mount), /No such file or directory|mount\(2\) system call failed|fsconfig/);
});
