// The ramdisk in a virtual machine of 1 GiB, started by QEMU itself, without a server.
import assert from 'node:assert/strict';
import { truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { bootRamdisk, reported } from '../helpers/boot-ramdisk.ts';

const MAC = '52:54:00:c0:ff:ee';
const NETWORK = `-netdev user,id=lan,restrict=on -device virtio-net-pci,netdev=lan,mac=${MAC}`;

/** What an installer will need: disks, file systems with extended attributes, swap, a chroot, the network. */
const entry = `
import { execFileSync } from 'node:child_process';
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
run('setfattr', '-n', 'user.test', '-v', 'kept', '/mnt/file');
say('xattr', run('getfattr', '--only-values', '-n', 'user.test', '/mnt/file'));
mkdirSync('/mnt/boot');
say('types', ['/dev/vda1', '/dev/vda2'].map((part) => run('blkid', '--match-tag', 'TYPE', '--output', 'value', part).trim()));
say('lsblk', run('lsblk', '--noheadings', '--list', '--output', 'NAME', '/dev/vda').trim().split(/\\s+/));
run('umount', '/mnt');
run('e2fsck', '-fp', '/dev/vda1');
say('freeMiB', Math.round(Number(/MemAvailable: +(\\d+)/.exec(readFileSync('/proc/meminfo', 'utf8'))[1]) / 1024));
`;

/** RAID 1, LVM on it, the other file systems on that: made, taken down, and started again, the last time with one disk. */
const stackedEntry = `
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
const run = (line) => {
  const argv = line.split(' ');
  try {
    return execFileSync(argv[0], argv.slice(1), { encoding: 'utf8', timeout: 60_000, stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    console.log('TEST failed=' + JSON.stringify([line, error.status, error.stdout, error.stderr]));
    throw error;
  }
};
const say = (name, value) => console.log('TEST ' + name + '=' + JSON.stringify(value));
const md = '11111111:22222222:33333333:44444444';
const volumes = { xfs: '320M', btrfs: '160M', vfat: '64M' };

for (const disk of ['/dev/vda', '/dev/vdb']) {
  execFileSync('sfdisk', ['--quiet', disk], { input: 'label: gpt\\n2: size=900M, type=A19D880F-05FC-4D3B-A006-743F0F84911E\\n' });
}
run('mdadm --create /dev/md0 --level=1 --raid-devices=2 --metadata=1.2 --homehost=any --name=any:pair --uuid=' + md +
  ' --run --assume-clean /dev/vda2 /dev/vdb2');
run('pvcreate --quiet --yes /dev/md0');
run('vgcreate --quiet system /dev/md0');
for (const [name, size] of Object.entries(volumes)) {
  run('lvcreate --quiet --yes --wipesignatures y --zero y --name ' + name + ' --size ' + size + ' system');
  run('mkfs.' + name + ' /dev/mapper/system-' + name);
  run('mount -t ' + name + ' /dev/mapper/system-' + name + ' /mnt');
  writeFileSync('/mnt/file', 'text on ' + name);
  run('umount /mnt');
}
run('xfs_repair -n /dev/mapper/system-xfs');
run('btrfs check --readonly /dev/mapper/system-btrfs');
run('fsck.vfat -n /dev/mapper/system-vfat');
say('stack', run('lsblk --noheadings --raw --output NAME,TYPE /dev/vda').trim().split('\\n'));

const down = () => {
  run('vgchange --quiet --activate n system');
  run('mdadm --quiet --stop /dev/md0');
};
const read = (name) => {
  run('mount -o ro /dev/mapper/system-' + name + ' /mnt');
  const text = readFileSync('/mnt/file', 'utf8');
  run('umount /mnt');
  return text;
};
down();
say('afterwards', run('lsblk --noheadings --raw --output NAME /dev/vda /dev/vdb').trim().split('\\n'));
say('member', run('blkid --probe --output export /dev/vdb2').match(/^(TYPE|UUID|LABEL)=.*$/gm));

for (const [name, members] of [['both', '/dev/vda2 /dev/vdb2'], ['one', '/dev/vdb2']]) {
  run('mdadm --assemble --run --uuid=' + md + ' /dev/md0 ' + members);
  run('vgchange --quiet --activate y system');
  say(name, [...Object.keys(volumes).map(read), readFileSync('/proc/mdstat', 'utf8').match(/\\[[U_]+\\]/)[0]]);
  say(name + 'Pv', JSON.parse(run('pvs --reportformat json --options pv_name,vg_name')).report[0].pv);
  down();
}
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

test('RAID 1 with LVM and xfs, btrfs and vfat on it: made, stopped, started again, without one disk too', async (t) => {
  const { log, seconds } = await boot(stackedEntry, '', [1024, 1024]);
  const found = reported(log);
  t.diagnostic(`whole run ${seconds.toFixed(1)} s`);
  assert.equal(found['failed'], undefined, log);
  assert.deepEqual(found['stack'], [
    'vda disk',
    'vda2 part',
    'md0 raid1',
    'system-xfs lvm',
    'system-btrfs lvm',
    'system-vfat lvm',
  ]);
  assert.deepEqual(found['afterwards'], ['vda', 'vda2', 'vdb', 'vdb2']);
  assert.deepEqual(found['member'], [
    'UUID=11111111-2222-2222-3333-333344444444',
    'LABEL=any:pair',
    'TYPE=linux_raid_member',
  ]);
  const texts = ['text on xfs', 'text on btrfs', 'text on vfat'];
  assert.deepEqual(found['both'], [...texts, '[UU]']);
  assert.deepEqual(found['one'], [...texts, '[_U]']);
  assert.deepEqual(found['onePv'], [{ pv_name: '/dev/md0', vg_name: 'system' }]);
});
