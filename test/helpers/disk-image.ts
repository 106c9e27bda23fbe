// Images of virtual disks, read and filled by this computer: its sfdisk, blkid, kernel and file system checkers, none of
// which took part in an installation. In: image files. Out: partitions, files by digest. Never: leaves a mount behind.
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rmdir, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { runCommand } from '../../lib/run-command.ts';
import type { Argv } from '../../lib/run-command.ts';
import { parseJsonEdge } from '../../lib/parse-edge.ts';

const SECTOR_BYTES = 512;
/** Loop devices are freed a moment after they are unmounted. */
const COMMAND_TIMEOUT_MS = 120_000;

const tableSchema = z.object({
  partitiontable: z.object({ partitions: z.array(z.object({ start: z.int(), size: z.int(), type: z.string() })) }),
});

/** A partition of an image, as sfdisk and blkid see it. */
export type ImagePartition = {
  readonly file: string;
  readonly startBytes: number;
  readonly sizeBytes: number;
  readonly label: string;
  readonly fsType: string;
};

/** The partition whose file system has this label. @throws Error unless there is exactly one */
export async function findByLabel(file: string, label: string): Promise<ImagePartition> {
  const found = (await listPartitions(file)).filter((partition) => partition.label === label);
  const [only] = found;
  if (only === undefined || found.length > 1) {
    const { stdout } = await runCommand(['sfdisk', '--dump', file]);
    throw new Error(`${file} has ${found.length} file systems labelled '${label}'\n${stdout}`);
  }
  return only;
}

async function listPartitions(file: string): Promise<ImagePartition[]> {
  const { stdout } = await runCommand(['sfdisk', '--json', file]);
  const { partitions } = parseJsonEdge(tableSchema, stdout, `the partition table of ${file}`).partitiontable;
  const found: ImagePartition[] = [];
  for (const { start, size, type } of partitions) {
    if (['5', 'f'].includes(type)) continue;
    const place = { startBytes: start * SECTOR_BYTES, sizeBytes: size * SECTOR_BYTES };
    found.push({ file, ...place, ...(await probe(file, place)) });
  }
  return found;
}

async function probe(
  file: string,
  { startBytes, sizeBytes }: { startBytes: number; sizeBytes: number },
): Promise<{ label: string; fsType: string }> {
  const range = ['--offset', String(startBytes), '--size', String(sizeBytes)];
  const argv: Argv = [
    'blkid',
    '--probe',
    '--output',
    'export',
    '--match-tag',
    'LABEL',
    '--match-tag',
    'TYPE',
    ...range,
  ];
  const { stdout } = await runCommand([...argv, file], { okExitCodes: [0, 2] });
  // blkid writes `\ ` for a blank and `\/` for nothing else that a mount point may have.
  const value = (tag: string): string => new RegExp(`^${tag}=(.*)$`, 'm').exec(stdout)?.[1]?.replaceAll('\\', '') ?? '';
  return { label: value('LABEL'), fsType: value('TYPE') };
}

/** Mounts a partition, read-write, for as long as `use` runs, and then has its checker look at it. */
export async function withMounted<T>(partition: ImagePartition, use: (dir: string) => Promise<T>): Promise<T> {
  await using stack = new AsyncDisposableStack();
  const device = await attach(stack, partition);
  const dir = await mkdtemp(join(tmpdir(), 'gutinteg-mount-'));
  stack.defer(async () => rmdir(dir));
  await runCommand(['mount', '-t', partition.fsType, device, dir]);
  let mounted = true;
  const unmount = async (): Promise<void> => {
    if (mounted) await runCommand(['umount', dir], { timeoutMs: COMMAND_TIMEOUT_MS });
    mounted = false;
  };
  stack.defer(unmount);
  const result = await use(dir);
  await unmount();
  await assertClean(partition, device);
  return result;
}

async function attach(stack: AsyncDisposableStack, partition: ImagePartition): Promise<string> {
  const { file, startBytes, sizeBytes } = partition;
  const range = ['--offset', String(startBytes), '--sizelimit', String(sizeBytes)];
  const device = (await runCommand(['losetup', '--find', '--show', ...range, file])).stdout.trim();
  stack.defer(async () => void (await runCommand(['losetup', '--detach', device])));
  return device;
}

/** @throws CommandError with what the checker found wrong; it repairs nothing */
async function assertClean({ fsType }: ImagePartition, device: string): Promise<void> {
  const argv: Argv = fsType === 'xfs' ? ['xfs_repair', '-n', device] : ['e2fsck', '-f', '-n', device];
  await runCommand(argv, { timeoutMs: COMMAND_TIMEOUT_MS });
}

/** Every file below a directory: path, size, mode, time of change, SHA-256; sorted. Directories by their files only. */
export async function listDigests(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  const lines = entries
    .filter((entry) => entry.isFile())
    .map(async (entry) => {
      const path = join(entry.parentPath, entry.name);
      const { size, mode, mtimeMs } = await stat(path);
      const digest = createHash('sha256')
        .update(await readFile(path))
        .digest('hex');
      return `${path.slice(dir.length + 1)} ${size} ${mode.toString(8)} ${mtimeMs} ${digest}`;
    });
  return (await Promise.all(lines)).sort();
}

/** Copies an image; what is zero takes no room. */
export async function copyImage(from: string, to: string): Promise<void> {
  await runCommand(['cp', '--sparse=always', '--reflink=auto', from, to], { timeoutMs: COMMAND_TIMEOUT_MS });
}
