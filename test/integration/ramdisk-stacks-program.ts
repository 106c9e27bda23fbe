// Runs in place of the installer in the virtual machine of ramdisk-boots.test.ts: RAID 1, LVM on it, the other file
// systems on that, made with the ramdisk's tools; taken down as planned from the facts; started again, the last time
// with one disk. Prints what it finds as lines `TEST name=JSON`.
import { readFile, writeFile } from 'node:fs/promises';
import { readFacts } from '../../installer/look/read-facts.ts';
import { describeError } from '../../lib/errors.ts';
import { runCommand } from '../../lib/run-command.ts';
import { compareFacts } from '../../partition-specs/compare-facts.ts';
import { planTeardown } from '../../partition-specs/plan-teardown.ts';

const ARRAY = '11111111:22222222:33333333:44444444';
const DISKS = ['/dev/vda', '/dev/vdb'];
const TABLE = `label: gpt
2: size=900M, type=A19D880F-05FC-4D3B-A006-743F0F84911E
`;
const VOLUMES = { xfs: '320M', btrfs: '160M', vfat: '64M' };

function say(name: string, value: unknown): void {
  process.stdout.write(`TEST ${name}=${JSON.stringify(value)}\n`);
}

async function run(line: string, stdin?: string): Promise<string> {
  const [program = '', ...args] = line.split(' ');
  const options = { timeoutMs: 60_000, ...(stdin === undefined ? {} : { stdin }) };
  return (await runCommand([program, ...args], options)).stdout;
}

async function make(): Promise<void> {
  for (const disk of DISKS) await run(`sfdisk --quiet ${disk}`, TABLE);
  const array = `--level=1 --raid-devices=2 --metadata=1.2 --homehost=any --name=any:pair --uuid=${ARRAY}`;
  await run(`mdadm --create /dev/md0 ${array} --run --assume-clean /dev/vda2 /dev/vdb2`);
  await run('pvcreate --quiet --yes /dev/md0');
  await run('vgcreate --quiet my-system /dev/md0');
  for (const [name, size] of Object.entries(VOLUMES)) {
    const device = `/dev/mapper/my--system-${name}`;
    await run(`lvcreate --quiet --yes --wipesignatures y --zero y --name ${name} --size ${size} my-system`);
    await run(`mkfs.${name} ${device}`);
    await run(`mount -t ${name} ${device} /mnt`);
    await writeFile('/mnt/file', `text on ${name}`);
    await run('umount /mnt');
  }
  await run('xfs_repair -n /dev/mapper/my--system-xfs');
  await run('btrfs check --readonly /dev/mapper/my--system-btrfs');
  await run('fsck.vfat -n /dev/mapper/my--system-vfat');
}

/** A mount below a mount, swap, and a mapped device that has the UUID of one that cryptsetup opened. */
async function use(): Promise<void> {
  await run('mount /dev/mapper/my--system-xfs /mnt');
  await run('mkdir /mnt/below');
  await run('mount /dev/mapper/my--system-btrfs /mnt/below');
  await run('lvcreate --quiet --yes --name swap --size 32M my-system');
  await run('mkswap /dev/mapper/my--system-swap');
  await run('swapon /dev/mapper/my--system-swap');
  await run('dmsetup create secret --uuid CRYPT-LUKS2-x-secret', '0 2048 linear /dev/mapper/my--system-vfat 0\n');
  // Without udev dmsetup makes the node only now, and lsblk leaves out what has none.
  await run('dmsetup mknodes');
}

async function takeDown(granted: readonly string[]): Promise<{ commands: string[]; refusals: string[] }> {
  const { operations, faults } = planTeardown({ facts: await readFacts(runCommand), granted, kept: [] });
  for (const { argv } of operations) await runCommand(argv, { timeoutMs: 60_000 });
  return { commands: operations.map(({ argv }) => argv.join(' ')), refusals: faults.map(({ message }) => message) };
}

async function readBack(): Promise<string[]> {
  const texts: string[] = [];
  for (const name of Object.keys(VOLUMES)) {
    await run(`mount -o ro /dev/mapper/my--system-${name} /mnt`);
    texts.push(await readFile('/mnt/file', 'utf8'));
    await run('umount /mnt');
  }
  return texts;
}

async function main(): Promise<void> {
  await make();
  const quiet = await readFacts(runCommand);
  await use();
  const busy = await readFacts(runCommand);
  say('stacks', busy.stacks);
  say('unchanged', compareFacts(busy, await readFacts(runCommand)));
  say('changed', compareFacts(quiet, busy).length > 0);
  say('refused', await takeDown(['/dev/vdb']));
  say('down', await takeDown(DISKS));
  say('afterwards', (await run('lsblk --noheadings --raw --output NAME /dev/vda /dev/vdb')).trim().split('\n'));
  say('halves', await takeDown(['/dev/vda']));
  for (const [name, members] of [
    ['both', '/dev/vda2 /dev/vdb2'],
    ['one', '/dev/vdb2'],
  ]) {
    await run(`mdadm --assemble --run --uuid=${ARRAY} /dev/md0 ${members}`);
    await run('vgchange --quiet --activate y my-system');
    const state = /\[[U_]+\]/.exec(await readFile('/proc/mdstat', 'utf8'))?.[0];
    say(name ?? '', [...(await readBack()), state]);
    await takeDown(DISKS);
  }
}

await main().catch((error: unknown) => {
  say('failed', describeError(error));
  process.exitCode = 1;
});
