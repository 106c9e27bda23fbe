// After writing: does the kernel see the planned partitions? What is formatted next goes by the kernel's names.
import { z } from 'zod';
import { parseJsonEdge } from '../lib/parse-edge.ts';
import type { Argv } from '../lib/run-command.ts';
import type { LayoutDisk } from './layout.ts';

/** The kernel counts in sectors of 512 bytes, whatever those of the disk. */
const KERNEL_SECTOR_BYTES = 512;

/** Lists what the kernel shows of a disk; START is in sectors of 512 bytes. @see lsblk(8) */
export function kernelViewArgv(diskPath: string): Argv {
  return ['lsblk', '--json', '--bytes', '--list', '--output', 'PATH,TYPE,START,SIZE', diskPath];
}

const viewSchema = z.object({
  blockdevices: z.array(
    z.object({ path: z.string(), type: z.string(), start: z.int().nullable(), size: z.int().nonnegative() }),
  ),
});

/** One sentence for each partition that the kernel shows otherwise; the frame of logical partitions it shows as 1 KiB. */
export function verifyKernel(disk: LayoutDisk, lsblkJson: string): string[] {
  const { blockdevices } = parseJsonEdge(viewSchema, lsblkJson, 'the output of lsblk');
  const shown = new Map(blockdevices.filter(({ type }) => type === 'part').map((node) => [node.path, node]));
  const sectorBytes = disk.hardware.logicalSectorBytes;
  const planned = disk.partitions.filter(({ role }) => role !== 'extended' && role !== 'whole');
  const differences = planned.flatMap(({ device, startSector, sizeSectors }) => {
    const node = shown.get(device);
    if (node === undefined) return [`the kernel does not show ${device}`];
    const [start, size] = [(node.start ?? -1) * KERNEL_SECTOR_BYTES, node.size];
    if (start === startSector * sectorBytes && size === sizeSectors * sectorBytes) return [];
    return [
      `the kernel shows ${device} at byte ${start} with ${size} bytes; planned are ${startSector * sectorBytes} and ${sizeSectors * sectorBytes}`,
    ];
  });
  const known = new Set(disk.partitions.map(({ device }) => device));
  return [
    ...differences,
    ...[...shown.keys()]
      .filter((path) => !known.has(path))
      .map((path) => `the kernel shows ${path}, which was not planned`),
  ];
}
