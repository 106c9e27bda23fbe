// An EFI system partition, mounted where only root sees it, for as long as something is done there. In: its device.
// Out: what the work returned. Never: leaves it mounted; touches how the system itself has mounted it.
import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CommandError } from '../../../lib/run-command.ts';
import type { RunCommand } from '../../../lib/run-command.ts';

const PLACE = '/run/gutinteg/esp';
/** mount(8): the mount failed. */
const MOUNT_FAILED = 32;

export type MountEsp = <T>(device: string, access: 'read' | 'write', work: (top: string) => Promise<T>) => Promise<T>;

/** One at a time, which the lock of a run sees to. @throws CommandError when it cannot be mounted */
export function mountEspWith(run: RunCommand): MountEsp {
  return async (device, access, work) => {
    await mkdir(dirname(PLACE), { recursive: true, mode: 0o700 });
    await mkdir(PLACE, { recursive: true, mode: 0o700 });
    // A run that was killed may have left one there.
    const mounts = await readFile('/proc/self/mounts', 'utf8');
    if (mounts.split('\n').some((line) => line.split(' ')[1] === PLACE)) await run(['umount', PLACE]);
    await mount(device, access, run);
    try {
      return await work(PLACE);
    } finally {
      await run(['umount', PLACE]);
    }
  };
}

/** What the system has mounted for writing cannot be mounted for reading besides: then it is mounted the same way. */
async function mount(device: string, access: 'read' | 'write', run: RunCommand): Promise<void> {
  const mountAs = async (mode: 'ro' | 'rw') => {
    await run(['mount', '-t', 'vfat', '-o', `${mode},nosuid,nodev,noexec,umask=0077`, device, PLACE]);
  };
  if (access === 'write') return mountAs('rw');
  try {
    await mountAs('ro');
  } catch (error) {
    if (!(error instanceof CommandError) || error.result?.exitCode !== MOUNT_FAILED) throw error;
    await mountAs('rw');
  }
}
