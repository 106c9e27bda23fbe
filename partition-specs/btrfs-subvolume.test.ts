import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expectSubvolume, makeSubvolume, subvolumeOf } from './btrfs-subvolume.ts';
import { planLayout } from './plan-layout.ts';
import { renderLinux } from './render/linux.ts';
import { parsePartitionSpec } from './spec.ts';
import { disk, machine } from './testing/disk.ts';

const lines = (argvs: readonly (readonly string[])[]) => argvs.map((argv) => argv.join(' '));

const made: [options: string[], subvolume: string | undefined, commands: string[]][] = [
  [['noatime'], undefined, []],
  [['subvol=/'], undefined, []],
  [['subvol=@', 'noatime'], '@', ['btrfs subvolume create /mnt/@']],
  [['subvol=/@home'], '@home', ['btrfs subvolume create /mnt/@home']],
  [['subvol=a/b/c'], 'a/b/c', ['mkdir -p /mnt/a/b', 'btrfs subvolume create /mnt/a/b/c']],
];
for (const [options, subvolume, commands] of made) {
  test(`made for ${options.join(',')}: ${subvolume}`, () => {
    assert.equal(subvolumeOf(options), subvolume);
    const mounted =
      commands.length === 0 ? [] : ['mount -t btrfs -o subvolid=5 /dev/vda1 /mnt', ...commands, 'umount /mnt'];
    assert.deepEqual(lines(makeSubvolume('/dev/vda1', options)), mounted);
  });
}

test('one that is kept is mounted for reading, to see whether it has the subvolume', () => {
  assert.deepEqual(lines(expectSubvolume('/dev/vda1', ['subvol=@home', 'compress=zstd'])), [
    'mount -t btrfs -o ro,rescue=nologreplay,subvol=@home /dev/vda1 /mnt',
    'umount /mnt',
  ]);
  assert.deepEqual(expectSubvolume('/dev/vda1', ['noatime']), []);
});

test('a root in a subvolume: made, mounted, in fstab, and on the kernel command line', () => {
  const text = 'disk0: (a 1G ext4 /boot) (b rest btrfs / subvol=@,compress=zstd)';
  const machineId = '0b6f1d52-6a0e-4c3b-9a57-3f0d8c2e1a41';
  const layout = planLayout({ spec: parsePartitionSpec(text), facts: machine(disk()), bindings: {}, machineId });
  const { operations, mounts, fstab, rootArguments } = renderLinux(layout);
  const last = operations.slice(-4).map(({ argv }) => argv.join(' '));
  assert.match(last[0] ?? '', /^mkfs\.btrfs .*\/dev\/vda2$/);
  assert.deepEqual(last.slice(1), [
    'mount -t btrfs -o subvolid=5 /dev/vda2 /mnt',
    'btrfs subvolume create /mnt/@',
    'umount /mnt',
  ]);
  assert.equal(mounts[0]?.options, 'subvol=@,compress=zstd');
  assert.match(fstab, /^UUID=\S+ \/ btrfs subvol=@,compress=zstd 0 0$/m);
  assert.equal(rootArguments[1], 'rootflags=subvol=@');
});
