// Runs in place of the installer in the virtual machine of install-on-anything.test.ts: the installer's disk steps on
// every disk, with the ramdisk's tools and a kernel that has parsers for all tables. Prints what came of it as lines
// `TEST name=JSON`.
import { describeError } from '../../lib/errors.ts';
import { runCommand } from '../../lib/run-command.ts';
import { disksToProbe, lsblkArgv } from '../../partition-specs/disk-probes.ts';
import { install } from '../helpers/install-on-disk.ts';
import { readLoopDisk } from '../helpers/loop-disk.ts';

function say(name: string, value: unknown): void {
  process.stdout.write(`TEST ${name}=${JSON.stringify(value)}\n`);
}

async function installOn(path: string): Promise<{ left: string[] } | { failed: string }> {
  try {
    await install({ spec: 'disk0: (a 200M ext4 /)', path });
    const { stdout } = await runCommand(['wipefs', '--no-act', '--noheadings', '--output', 'TYPE', path]);
    return { left: [...new Set(stdout.trim().split(/\s+/))].sort() };
  } catch (error) {
    return { failed: describeError(error) };
  }
}

const { stdout: lsblk } = await runCommand(lsblkArgv);
for (const { path } of disksToProbe(lsblk).filter((disk) => disk.path.startsWith('/dev/sd'))) {
  const before = await readLoopDisk(path);
  const shown = before.partitions.filter((partition) => partition.path !== undefined).length;
  say(before.serial ?? path, { ...(await installOn(path)), listed: before.partitions.length, shown });
}
