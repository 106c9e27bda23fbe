// The subvolume that a line of PARTITION mounts. In: mount options. Out: its path, and the commands that make it. Pure.
import type { Argv } from '../lib/run-command.ts';

/** `@` of `subvol=@` or `subvol=/@`; undefined where the whole file system is mounted. */
export function subvolumeOf(options: readonly string[]): string | undefined {
  const option = options.findLast((each) => each.startsWith('subvol='));
  const path = option?.slice('subvol='.length).replace(/^\//, '');
  return path === '' ? undefined : path;
}

/** Where the file system is mounted for it; the ramdisk has the directory, and nothing else uses it. */
const PLACE = '/mnt';

/** Mounts a fresh file system, makes the subvolume, and the directories above it, and unmounts. */
export function makeSubvolume(device: string, options: readonly string[]): Argv[] {
  const subvolume = subvolumeOf(options);
  if (subvolume === undefined) return [];
  const parent = subvolume.split('/').slice(0, -1).join('/');
  return [
    ['mount', '-t', 'btrfs', '-o', 'subvolid=5', device, PLACE],
    ...(parent === '' ? [] : [['mkdir', '-p', `${PLACE}/${parent}`] as const]),
    ['btrfs', 'subvolume', 'create', `${PLACE}/${subvolume}`],
    ['umount', PLACE],
  ];
}

/** Whether a file system that is kept has it: mounted as it will be, but for reading, with nothing replayed. */
export function expectSubvolume(device: string, options: readonly string[]): Argv[] {
  const chosen = options.filter((option) => /^subvol(?:id)?=/.test(option));
  if (chosen.length === 0) return [];
  return [
    ['mount', '-t', 'btrfs', '-o', ['ro', 'rescue=nologreplay', ...chosen].join(','), device, PLACE],
    ['umount', PLACE],
  ];
}
