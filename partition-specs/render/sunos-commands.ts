// SunOS 4.1: label, file systems, boot block, fstab. In: partitions with every sector settled. Out: commands and text.
// Never run here: format, newfs and installboot are SunOS's own.
import { SUN_BACKUP_SLICE, sectorsOfGeometry } from '../labels/sun-label.ts';
import type { SunGeometry } from '../labels/sun-label.ts';
import type { FstabDialect, ForeignCommand, ForeignPartition } from './foreign-system.ts';

export type SunosDisk = {
  /** As SunOS calls it: `sd0`. */
  readonly name: string;
  readonly geometry: SunGeometry;
  readonly partitions: readonly ForeignPartition[];
  /** Name of the disk's type in /etc/format.dat, where its label does not say it. */
  readonly diskType?: string;
  /** Where the new root will be mounted, once it has its files; no boot block goes on without it. */
  readonly rootMountedOn?: string;
};

/** SunOS 4.1's table. @see fstab(5) of SunOS 4.1 */
export const sunosFstab: FstabDialect = {
  types: { ufs: '4.2', msdos: 'pcfs' },
  swap: ['swap', 'swap', 'rw'],
  memory: () => ['swap', 'tmp', 'rw'],
};

/**
 * Input for `format -f`: each partition's first cylinder and blocks, the unused ones at 0, then the label.
 * With -f, format stops at the first answer that it does not like, and asks for no consent.
 * @see format(8S)
 */
export function renderFormatCommands(geometry: SunGeometry, partitions: readonly ForeignPartition[]): string {
  const cylinderSectors = geometry.heads * geometry.sectors;
  const asked = new Map(partitions.map(({ letter, ...extent }) => [letter, extent]));
  const whole = { startSector: 0, sizeSectors: sectorsOfGeometry(geometry) };
  const lines = 'abcdefgh'.split('').flatMap((letter, index) => {
    const none = { startSector: 0, sizeSectors: 0 };
    const { startSector, sizeSectors } = index === SUN_BACKUP_SLICE ? whole : (asked.get(letter) ?? none);
    if (startSector % cylinderSectors !== 0) throw new Error(`partition ${letter} does not begin at a cylinder`);
    return [letter, startSector / cylinderSectors, sizeSectors];
  });
  return `${['partition', ...lines, 'quit', 'label', 'quit'].join('\n')}\n`;
}

/** Label, file systems and boot block of one disk. @see format(8S), newfs(8), installboot(8S) of SunOS 4.1.3 */
export function renderSunosDisk(disk: SunosDisk): ForeignCommand[] {
  const { name, geometry, partitions, diskType, rootMountedOn } = disk;
  const script = `/tmp/format.${name}`;
  const type = diskType === undefined ? [] : ['-t', diskType];
  const label: ForeignCommand[] = [
    {
      kind: 'partition',
      argv: ['dd', `of=${script}`],
      stdin: renderFormatCommands(geometry, partitions),
      why: 'format takes its commands from a file; from standard input it would go on after a mistake',
      destroys: false,
    },
    {
      kind: 'partition',
      argv: ['format', '-f', script, '-d', name, ...type, name],
      why: `the partitions of ${name}, and c, which is the whole disk`,
      destroys: true,
    },
  ];
  const made = partitions
    .filter(({ content, keep }) => content === 'ufs' && keep !== true)
    .map(({ letter, mountPoint }): ForeignCommand => {
      const why = `file system for ${mountPoint ?? `partition ${letter}`}`;
      return { kind: 'mkfs', argv: ['newfs', `/dev/r${name}${letter}`], why, destroys: true };
    });
  const root = partitions.find(({ mountPoint }) => mountPoint === '/');
  const boot = root === undefined || rootMountedOn === undefined ? [] : [bootBlock(disk, root.letter, rootMountedOn)];
  return [...label, ...made, ...boot];
}

/** The boot block holds the block numbers of /boot, so that file must be there first. @see installboot(8S) */
function bootBlock({ name }: SunosDisk, letter: string, rootMountedOn: string): ForeignCommand {
  const driver = name.replace(/\d+$/, '');
  const bootFile = `${rootMountedOn.replace(/\/$/, '')}/boot`;
  return {
    kind: 'boot-loader',
    argv: ['/usr/kvm/mdec/installboot', bootFile, `/usr/kvm/mdec/boot${driver}`, `/dev/r${name}${letter}`],
    why: `the boot block, with the places of ${bootFile}; again whenever that file is written`,
    destroys: false,
  };
}
