// After writing: does the kernel see the planned partitions? The next steps use the kernel's device names.
import { z } from 'zod';
import { parseJsonEdge } from '../lib/parse-edge.ts';
import type { Argv } from '../lib/run-command.ts';
import type { LayoutDisk } from './layout.ts';
import { overlap } from './sector-extent.ts';

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

/**
 * Before the first write: one sentence for each old partition that the kernel shows where something is kept, though the
 * table says otherwise. Old signatures are wiped by the kernel's names, and it may not have taken the last table.
 */
export function verifyOldKernel({ found, hardware }: LayoutDisk, lsblkJson: string): string[] {
  const { blockdevices } = parseJsonEdge(viewSchema, lsblkJson, 'the output of lsblk');
  const sectorBytes = hardware.logicalSectorBytes;
  const kept = found.filter(({ verdict }) => verdict === 'KEEP');
  const going = new Set(found.flatMap((old) => (kept.includes(old) || isOver(old, kept) ? [] : [old.path])));
  return blockdevices
    .filter(({ path, type, start, size }) => {
      const startSector = ((start ?? 0) * KERNEL_SECTOR_BYTES) / sectorBytes;
      const shown = { startSector, sizeSectors: size / sectorBytes };
      return type === 'part' && going.has(path) && isOver(shown, kept);
    })
    .map(({ path }) => `the kernel shows ${path} where data is kept, and the table says that it lies elsewhere`);
}

type Extent = { readonly startSector: number; readonly sizeSectors: number };

function isOver(extent: Extent, kept: readonly Extent[]): boolean {
  return kept.some((each) => overlap(each, extent));
}

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
