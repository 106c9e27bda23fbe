// Whether this build of a medium has already installed this machine. In: the build, lsblk's list. Out: where its mark
// lies. Never: writes to a file system, or repairs one.
import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { installedMarks } from '../../contract/medium.ts';
import { parseJsonEdge } from '../../lib/parse-edge.ts';
import { CommandError } from '../../lib/run-command.ts';
import type { Argv, RunCommand } from '../../lib/run-command.ts';

/** File systems that a kernel or a boot menu lies on, and how each is mounted without replaying its journal. */
const READ_ONLY: Readonly<Record<string, string>> = {
  ext2: 'ro',
  ext3: 'ro,noload',
  ext4: 'ro,noload',
  xfs: 'ro,norecovery,nouuid',
  btrfs: 'ro',
  vfat: 'ro',
};

/** Where they are mounted, one after the other. */
const PLACE = '/run/look';
const LSBLK: Argv = ['lsblk', '--json', '--list', '--output', 'PATH,FSTYPE,MOUNTPOINTS'];
const lsblkSchema = z.object({
  blockdevices: z.array(
    z.object({ path: z.string(), fstype: z.string().nullable(), mountpoints: z.array(z.string().nullable()) }),
  ),
});

/**
 * The device that has the mark, on a file system that a disk shows without arrays and volume groups; GRUB's menu has
 * looked into those, too.
 */
export async function findInstalledMark(buildId: string, run: RunCommand, place = PLACE): Promise<string | undefined> {
  const { blockdevices } = parseJsonEdge(lsblkSchema, (await run(LSBLK)).stdout, LSBLK.join(' '));
  await mkdir(place, { recursive: true });
  for (const { path, fstype, mountpoints } of blockdevices) {
    const options = READ_ONLY[fstype ?? ''];
    if (options === undefined || fstype === null || mountpoints.some((point) => point !== null)) continue;
    const device = { path, fstype, options: `${options},nosuid,nodev,noexec`, place };
    if (await hasMark(device, buildId, run)) return path;
  }
  return undefined;
}

type Device = Readonly<Record<'path' | 'fstype' | 'options' | 'place', string>>;

async function hasMark({ path, fstype, options, place }: Device, buildId: string, run: RunCommand): Promise<boolean> {
  try {
    await run(['mount', '-t', fstype, '-o', options, path, place]);
  } catch (error) {
    // A file system that cannot be mounted was not left so by an installation.
    if (error instanceof CommandError) return false;
    throw error;
  }
  try {
    const marks = await Promise.all(installedMarks(buildId).map((mark) => exists(join(place, mark))));
    return marks.includes(true);
  } finally {
    await run(['umount', place]);
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
