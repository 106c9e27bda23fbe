import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandError } from '../../lib/run-command.ts';
import type { Argv, RunCommand } from '../../lib/run-command.ts';
import { findInstalledMark } from './find-installed-mark.ts';

const device = (path: string, fstype: string | null, mountpoint: string | null = null) => ({
  path,
  fstype,
  mountpoints: [mountpoint],
});

test('file systems that a boot menu can lie on are looked into, read only, without replaying a journal', async () => {
  const blockdevices = [
    device('/dev/vda', null),
    device('/dev/vda1', 'ext4'),
    device('/dev/vda2', 'swap'),
    device('/dev/vda3', 'xfs'),
    device('/dev/vda4', 'LVM2_member'),
    device('/dev/sr0', 'iso9660', '/run/medium'),
    device('/dev/vdb1', 'vfat', '/somewhere'),
  ];
  const ran: string[] = [];
  const run: RunCommand = async (argv: Argv) => {
    if (argv[0] === 'lsblk') return { exitCode: 0, stdout: JSON.stringify({ blockdevices }), stderr: '' };
    ran.push(argv.join(' '));
    // A file system that is damaged does not stop the search.
    if (argv.includes('/dev/vda1')) throw new CommandError(argv, 'exit code 32', undefined);
    return { exitCode: 0, stdout: '', stderr: '' };
  };
  assert.equal(await findInstalledMark('0123456789abcdef', run, '/tmp'), undefined);
  assert.deepEqual(ran, [
    'mount -t ext4 -o ro,noload,nosuid,nodev,noexec /dev/vda1 /tmp',
    'mount -t xfs -o ro,norecovery,nouuid,nosuid,nodev,noexec /dev/vda3 /tmp',
    'umount /tmp',
  ]);
});
