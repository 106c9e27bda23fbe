// The ramdisk in a virtual machine of 1 GiB, started by QEMU itself, without a server.
import assert from 'node:assert/strict';
import { truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { bundleInstaller } from '../../netboot/ramdisk/bundle.ts';
import { bootRamdisk, reported } from '../helpers/boot-ramdisk.ts';

const MAC = '52:54:00:c0:ff:ee';
const NETWORK = `-netdev user,id=lan,restrict=on -device virtio-net-pci,netdev=lan,mac=${MAC}`;

/** What an installer will need: disks, file systems with extended attributes, swap, a chroot, the network. */
const entry = `
import { execFileSync } from 'node:child_process';
import { dlopen } from 'node:ffi';
import { readFileSync, writeFileSync, mkdirSync } from 'node:fs';
const run = (...argv) => execFileSync(argv[0], argv.slice(1), { encoding: 'utf8' });
const say = (name, value) => console.log('TEST ' + name + '=' + JSON.stringify(value));
say('seconds', Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]));
say('node', process.version);
// Not os.networkInterfaces(): it leaves out a card whose link came up less than a second ago.
say('address', /inet ([0-9.]+)/.exec(run('ip', '-4', 'addr', 'show', 'eth0'))[1]);
execFileSync('sfdisk', ['--quiet', '/dev/vda'], { input: 'label: gpt\\nsize=256M\\ntype=swap\\n' });
run('mkfs.ext4', '-q', '/dev/vda1');
run('mkswap', '/dev/vda2');
run('mount', '/dev/vda1', '/mnt');
writeFileSync('/mnt/file', 'text');
const { functions } = dlopen(null, {
  lsetxattr: { arguments: ['string', 'string', 'string', 'uint64', 'int32'], return: 'int32' },
  lgetxattr: { arguments: ['string', 'string', 'buffer', 'uint64'], return: 'int64' },
});
functions.lsetxattr('/mnt/file', 'user.test', 'kept', 4n, 0);
const value = Buffer.alloc(16);
say('xattr', value.toString('utf8', 0, Number(functions.lgetxattr('/mnt/file', 'user.test', value, 16n))));
mkdirSync('/mnt/boot');
say('types', ['/dev/vda1', '/dev/vda2'].map((part) => run('blkid', '--match-tag', 'TYPE', '--output', 'value', part).trim()));
say('lsblk', run('lsblk', '--noheadings', '--list', '--output', 'NAME', '/dev/vda').trim().split(/\\s+/));
run('umount', '/mnt');
run('e2fsck', '-fp', '/dev/vda1');
say('freeMiB', Math.round(Number(/MemAvailable: +(\\d+)/.exec(readFileSync('/proc/meminfo', 'utf8'))[1]) / 1024));
`;

/** The machine in which the program `source` is the installer, with blank disks vda, vdb, … of these sizes. */
async function boot(source: string, append: string, diskMiB: readonly number[] = [512]) {
  return bootRamdisk({
    source,
    append,
    devices: async (folder) => {
      const drives = diskMiB.map((sizeMiB, index) => blankDrive(join(folder, `disk${index}`), sizeMiB));
      return [...NETWORK.split(' '), ...(await Promise.all(drives)).flat()];
    },
  });
}

async function blankDrive(file: string, sizeMiB: number): Promise<string[]> {
  await writeFile(file, '');
  await truncate(file, sizeMiB * 1024 ** 2);
  return ['-drive', `file=${file},format=raw,if=virtio,cache=unsafe`];
}

test('drivers, network, Node, disks; the log on the serial line; a reboot at the end', async (t) => {
  const { log, seconds } = await boot(entry, `gutinteg.mac=${MAC}`);
  const found = reported(log);
  t.diagnostic(`whole run ${seconds.toFixed(1)} s; in the machine: ${JSON.stringify(found)}`);
  assert.equal(found['node'], process.version, log);
  assert.equal(found['address'], '10.0.2.15');
  assert.equal(found['xattr'], 'kept');
  assert.deepEqual(found['types'], ['ext4', 'swap']);
  assert.deepEqual(found['lsblk'], ['vda', 'vda1', 'vda2']);
  assert.ok(Number(found['freeMiB']) > 400);
  assert.match(log, /the installer is done; rebooting/);
});

test('an installer that fails is reported with its exit code, and the machine restarts', async () => {
  const { log } = await boot('console.error("TEST error=\\"no disk\\""); process.exit(3);', 'gutinteg.retry=1');
  assert.deepEqual(reported(log), { error: 'no disk' });
  assert.match(log, /the network is left alone/);
  assert.match(log, /not installed \(exit code 3\); rebooting in 1 seconds/);
});

test('RAID 1, LVM, xfs, btrfs and vfat: made, taken down as planned, started again, without one disk too', async (t) => {
  const entry = join(import.meta.dirname, 'ramdisk-stacks-program.ts');
  const { code } = await bundleInstaller(entry);
  const { log, seconds } = await boot(Buffer.from(code).toString(), 'gutinteg.retry=1', [1024, 1024]);
  const found = reported(log);
  t.diagnostic(`whole run ${seconds.toFixed(1)} s`);
  assert.equal(found['failed'], undefined, log);
  const volume = (name: string, ...mountpoints: string[]) => ({
    path: `/dev/mapper/my--system-${name}`,
    name: `my--system-${name}`,
    kind: 'lvm',
    parents: ['/dev/md0'],
    mountpoints,
  });
  const [raid, ...stacks] = found['stacks'] as { group?: { name: string }; parents: string[] }[];
  assert.deepEqual([raid?.group?.name, raid?.parents], ['my-system', ['/dev/vda2', '/dev/vdb2']]);
  assert.deepEqual(stacks, [
    volume('xfs', '/mnt'),
    volume('btrfs', '/mnt/below'),
    volume('vfat'),
    {
      path: '/dev/mapper/secret',
      name: 'secret',
      kind: 'crypt',
      parents: ['/dev/mapper/my--system-vfat'],
      mountpoints: [],
    },
    volume('swap', '[SWAP]'),
  ]);
  assert.deepEqual([found['unchanged'], found['changed']], [[], true]);
  const refused = found['refused'] as Taken;
  assert.deepEqual(refused.commands, []);
  assert.match(refused.refusals[0] ?? '', /^\/dev\/md0 \(raid\) runs on .*\/dev\/vda.* must not be written$/);
  assert.deepEqual(found['down'], {
    commands: [
      'swapoff /dev/mapper/my--system-swap',
      'umount /mnt/below',
      'umount /mnt',
      'dmsetup remove secret',
      'vgchange --activate n my-system',
      'mdadm --stop /dev/md0',
    ],
    refusals: [],
  });
  assert.deepEqual(found['afterwards'], ['vda', 'vda2', 'vdb', 'vdb2']);
  const { commands, refusals } = found['halves'] as Taken;
  assert.deepEqual(commands, []);
  assert.match(
    refusals.join('\n'),
    /^the raid group any:pair \(11111111-2222-2222-3333-333344444444\) would be torn apart/,
  );
  const texts = ['text on xfs', 'text on btrfs', 'text on vfat'];
  assert.deepEqual(found['both'], [...texts, '[UU]']);
  assert.deepEqual(found['one'], [...texts, '[_U]']);
});

type Taken = { readonly commands: string[]; readonly refusals: string[] };

/** A card that does not work without its file. */
const CARD = `-netdev user,id=lan,restrict=on -device i82551,netdev=lan,mac=${MAC}`.split(' ');
const card = { append: `gutinteg.mac=${MAC} gutinteg.retry=1`, devices: async () => CARD };

test('a firmware file that a card asks for is named with its package', async () => {
  const { log } = await bootRamdisk({ source: 'process.exit(0);', ...card });
  assert.match(log, /e100 .* asked for the firmware file e100\/d102e_ucode.bin, which this ramdisk does not have/);
  assert.match(log, /Debian has it in firmware-misc-nonfree: write that under firmware in site.yaml/);
});

test('with the package in site.yaml the card works', async () => {
  const { log } = await bootRamdisk({
    source: 'console.log("TEST runs=true");',
    firmware: ['firmware-misc-nonfree'],
    ...card,
  });
  assert.deepEqual(reported(log), { runs: true });
  assert.doesNotMatch(log, /asked for the firmware file/);
});
