// A DOS disk, made by Linux: the label, a FAT in each partition. In: partitions with every sector settled.
// Out: arguments of mkfs.fat, entries of the label. Never: makes a partition bootable beyond its active mark; the system
// files that SYS puts in are DOS's own, and out of our reach.
import type { FatPlan } from '../plan-fat.ts';
import type { ForeignCommand } from './foreign-system.ts';

export type DosPartition = {
  readonly startSector: number;
  readonly sizeSectors: number;
  readonly sectorBytes: number;
  readonly fat: FatPlan;
  /** 8 hexadecimal digits. */
  readonly volumeId: string;
  /** Up to 11 characters, without small letters. */
  readonly volumeLabel?: string;
};

/**
 * `mkfs.fat` that chooses nothing itself. DOS finds its files by the hidden sectors and the geometry in the boot sector,
 * so both are the label's: 255 heads, 63 sectors.
 * @see mkfs.fat(8) of dosfstools 4.2
 */
export function renderMkfsFat(partition: DosPartition, device: string): ForeignCommand {
  const { startSector, sectorBytes, fat, volumeId, volumeLabel } = partition;
  const name = volumeLabel === undefined ? [] : ['-n', volumeLabel];
  const clusters = ['-F', String(fat.bits), '-S', String(sectorBytes), '-s', String(fat.sectorsPerCluster)];
  const place = ['-h', String(startSector), '-g', '255/63'];
  return {
    kind: 'mkfs',
    argv: ['mkfs.fat', ...clusters, ...place, '-i', volumeId, ...name, device],
    why: `FAT${fat.bits} in clusters of ${fat.sectorsPerCluster} sectors, by Microsoft's limits`,
    destroys: true,
  };
}
