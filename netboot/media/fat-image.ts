// The FAT file system that UEFI starts from. In: files. Out: an image, the same bytes for the same files. Never: mounts
// anything: mtools write into the file.
import { mkdir, rm, truncate, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { MiB } from '../../lib/bytes.ts';
import { runCommand } from '../../lib/run-command.ts';
import { directoriesOf } from './plan-medium.ts';

export type FatImage = {
  /** The image; a directory beside it is used meanwhile. */
  readonly path: string;
  readonly files: ReadonlyMap<string, string | Uint8Array>;
  /** Seconds since 1970; FAT begins in 1980. */
  readonly epoch: number;
};

/** The serial number of the volume; by default mformat takes the time. */
const VOLUME_SERIAL = '67757469';

/** @see mformat(1), mcopy(1) */
export async function buildFatImage({ path, files, epoch }: FatImage): Promise<void> {
  const sorted = [...files].sort(([one], [other]) => (one < other ? -1 : 1));
  const bytes = sorted.reduce((sum, [, data]) => sum + data.length, 0);
  const mebibytes = Math.ceil(bytes / MiB) + 2;
  await rm(path, { force: true });
  await writeFile(path, '');
  await truncate(path, mebibytes * MiB);
  // Whatever mtools takes from the clock, it takes from here; it prints times of the local zone.
  const env = { SOURCE_DATE_EPOCH: String(epoch), TZ: 'UTC' };
  const geometry = ['-T', String((mebibytes * MiB) / 512), '-h', '64', '-s', '32'];
  await runCommand(['mformat', '-i', path, '-N', VOLUME_SERIAL, '-v', 'GUTINTEG', ...geometry, '::'], { env });
  const staging = `${path}.files`;
  try {
    for (const dir of directoriesOf(sorted.map(([name]) => name))) {
      await runCommand(['mmd', '-i', path, `::/${dir}`], { env });
    }
    for (const [name, data] of sorted) {
      const file = join(staging, name);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, data);
      await runCommand(['mcopy', '-i', path, file, `::/${name}`], { env });
    }
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}
