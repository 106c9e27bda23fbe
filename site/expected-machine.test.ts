import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { expectedMachine } from './expected-machine.ts';

async function expected(partition: string) {
  await using stack = new AsyncDisposableStack();
  const dir = await mkdtemp(join(tmpdir(), 'gutinteg-machdb-'));
  stack.defer(async () => rm(dir, { recursive: true }));
  await writeFile(join(dir, '10-test.db'), `q-bert:\n    MAC=52:54:00:00:00:01\n    PARTITION="${partition}"\n`);
  const { disks, filesystems, swaps, dataPartitions } = await expectedMachine(dir, 'q-bert');
  const mounts = filesystems.map(
    ({ type, mountPoint, byUuid }) => `${type} ${mountPoint}${byUuid ? '' : ' in memory'}`,
  );
  return { disks: disks.map(({ name }) => name), mounts, swaps, dataPartitions };
}

test('arrays and volumes are expected like partitions, what they are made of is not', async () => {
  const partition =
    'disk0: (a 1G raid1 boot) (b rest raid1 sys) disk1: (a 1G raid1 boot) (b rest raid1 sys) ' +
    'boot: (ext4 /boot) sys: (lvm vg0) vg0: (root 4G ext4 /) (swap 1G swap) (home rest xfs /home)';
  assert.deepEqual(await expected(partition), {
    disks: ['disk0', 'disk1'],
    mounts: ['ext4 /boot', 'ext4 /', 'xfs /home'],
    swaps: 1,
    dataPartitions: [],
  });
});

test('a swap with a mount point is swap, and a file system in memory', async () => {
  const { mounts, swaps } = await expected('disk0: (a 4G ext4 /) (b 1G swap /tmp) (c 1G swap)');
  assert.deepEqual(mounts, ['ext4 /', 'tmpfs /tmp in memory']);
  assert.equal(swaps, 2);
});

test('data partitions are named as arm --init-data takes them', async () => {
  const partition = 'disk0: (a 4G ext4 /) (h rest ext4 /home data) disk1: (h rest xfs /srv data,noatime)';
  assert.deepEqual((await expected(partition)).dataPartitions, ['disk0h', 'disk1h']);
});
