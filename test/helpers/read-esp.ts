import { runCommand } from '../../lib/run-command.ts';
import { imagePartition } from './image-partition.ts';

/** Of the EFI system partitions that a layout adds. */
export const ESP_NUMBER = 127;

/** The files below EFI/ of a disk image, by path, as mtools read them, which are not Linux's FAT. */
export async function readEsp(disk: string): Promise<Map<string, Buffer>> {
  const image = `${disk}@@${(await imagePartition(disk, ESP_NUMBER)).startBytes}`;
  const { stdout } = await runCommand(['mdir', '-i', image, '-/', '-b', '::/EFI']);
  const paths = stdout.split('\n').flatMap((line) => (/^::\/.*[^/]$/.test(line) ? [line.slice('::/'.length)] : []));
  const files = new Map<string, Buffer>();
  for (const path of paths.toSorted()) {
    const read = await runCommand(['mtype', '-i', image, `::/${path}`], { stdoutEncoding: 'latin1' });
    files.set(path, Buffer.from(read.stdout, 'latin1'));
  }
  return files;
}
