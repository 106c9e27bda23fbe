// Solaris on SPARC: slices into a VTOC, file systems, boot block, vfstab. In: slices with every sector settled.
// Out: commands and text. Never run here: fmthard, newfs and installboot exist on Solaris only.
import { SUN_BACKUP_SLICE, sectorsOfGeometry, sunFlags, sunTags } from '../labels/sun-label.ts';
import type { SunGeometry, SunSlice } from '../labels/sun-label.ts';
import { slotOfLetter } from '../os-families/letters.ts';
import { inMountOrder } from './foreign-system.ts';
import type { ForeignCommand, ForeignMount, ForeignPartition } from './foreign-system.ts';

const tagsByMountPoint: Readonly<Record<string, number>> = {
  '/': sunTags.root,
  '/usr': sunTags.usr,
  '/var': sunTags.var,
  '/home': sunTags.home,
  '/export/home': sunTags.home,
};

/** `a` is slice 0, `h` slice 7; `c`, the whole disk, is nobody's. */
export function sliceOfLetter(letter: string): number {
  return slotOfLetter(letter) - 1;
}

/** The tag that the use of a slice asks for. @see fmthard(1M) */
export function sunTagOf(use: 'files' | 'swap', mountPoint: string | undefined): number {
  return use === 'swap' ? sunTags.swap : (tagsByMountPoint[mountPoint ?? ''] ?? sunTags.unassigned);
}

/** The slice with the tag and flags that its use asks for. */
export function sunSliceOf({ letter, startSector, sizeSectors, content, mountPoint }: ForeignPartition): SunSlice {
  const isSwap = content === 'swap';
  const tag = sunTagOf(isSwap ? 'swap' : 'files', mountPoint);
  return { number: sliceOfLetter(letter), startSector, sizeSectors, tag, flags: isSwap ? sunFlags.unmountable : 0 };
}

/**
 * Rows for `fmthard -s -`, as prtvtoc prints them: partition, tag, flags, first sector, sectors. Slice 2 is among them.
 * @see fmthard(1M), prtvtoc(1M)
 */
function renderVtocRows(geometry: SunGeometry, slices: readonly SunSlice[]): string {
  const backup: SunSlice = {
    number: SUN_BACKUP_SLICE,
    startSector: 0,
    sizeSectors: sectorsOfGeometry(geometry),
    tag: sunTags.backup,
    flags: sunFlags.unmountable,
  };
  const rows = [...slices, backup].toSorted((left, right) => left.number - right.number);
  const lines = rows.map(({ number, tag, flags, startSector, sizeSectors }) =>
    [number, tag, flags.toString(16).padStart(2, '0'), startSector, sizeSectors].join(' '),
  );
  return `${lines.join('\n')}\n`;
}

export type SolarisDisk = {
  /** As Solaris calls it: `c0t3d0`. */
  readonly name: string;
  readonly geometry: SunGeometry;
  readonly partitions: readonly ForeignPartition[];
  /** What `uname -i` or `uname -m` says of the machine: `SUNW,Ultra-1`, `sun4u`. No boot block goes on without it. */
  readonly platform?: string;
};

/**
 * VTOC, file systems and boot block of one disk. The disk must have a label of its geometry already, as every disk that
 * `format` has seen: fmthard changes the slices, not the geometry.
 * @see fmthard(1M), newfs(1M), installboot(1M)
 */
export function renderSolarisDisk({ name, geometry, partitions, platform }: SolarisDisk): ForeignCommand[] {
  const raw = (slice: number): string => `/dev/rdsk/${name}s${slice}`;
  const label: ForeignCommand = {
    kind: 'partition',
    argv: ['fmthard', '-s', '-', raw(SUN_BACKUP_SLICE)],
    stdin: renderVtocRows(geometry, partitions.map(sunSliceOf)),
    why: `the slices of ${name}, and slice 2, which is the whole disk`,
    destroys: true,
  };
  const made = partitions
    .filter(({ content, keep }) => content === 'ufs' && keep !== true)
    .map(({ letter, mountPoint }): ForeignCommand => {
      const why = `file system for ${mountPoint ?? `slice ${letter}`}; on a terminal newfs asks before it begins`;
      return { kind: 'mkfs', argv: ['newfs', raw(sliceOfLetter(letter))], stdin: 'y\n', why, destroys: true };
    });
  const root = partitions.find(({ mountPoint }) => mountPoint === '/');
  const boot =
    root === undefined || platform === undefined ? [] : [bootBlock(raw(sliceOfLetter(root.letter)), platform)];
  return [label, ...made, ...boot];
}

function bootBlock(device: string, platform: string): ForeignCommand {
  return {
    kind: 'boot-loader',
    argv: ['installboot', `/usr/platform/${platform}/lib/fs/ufs/bootblk`, device],
    why: `the boot block that the firmware loads from the slice of /; the one of ${platform} machines`,
    destroys: false,
  };
}

const VFSTAB_HEAD = '#device device mount FS fsck mount mount\n#to mount to fsck point type pass at boot options';
/** The system's own start scripts mount these before mountall reads the table. */
const MOUNTED_EARLY = new Set(['/', '/usr', '/var']);

/**
 * vfstab(4): device, raw device, mount point, type, pass, at boot, options. `device` of a mount is `c0t3d0s0`.
 * @see vfstab(4)
 */
export function renderVfstab(mounts: readonly ForeignMount[], spec: string): string {
  const lines = inMountOrder(mounts).flatMap(({ device, partition }) => vfstabLines(device, partition));
  const head = ['# Made by gutinteg from PARTITION:', `#   ${spec}`, VFSTAB_HEAD];
  return `${[...head, 'fd - /dev/fd fd - no -', '/proc - /proc proc - no -', ...lines].join('\n')}\n`;
}

function vfstabLines(device: string, { content, mountPoint, options }: ForeignPartition): string[] {
  const block = `/dev/dsk/${device}`;
  if (content === 'swap') {
    const memory = mountPoint === undefined ? [] : [`swap - ${mountPoint} tmpfs - yes ${vfstabOptions(options)}`];
    return [`${block} - - swap - no -`, ...memory];
  }
  const [pass, atBoot] = MOUNTED_EARLY.has(mountPoint ?? '') ? ['1', 'no'] : ['2', 'yes'];
  return [[block, `/dev/rdsk/${device}`, mountPoint, 'ufs', pass, atBoot, vfstabOptions(options)].join(' ')];
}

function vfstabOptions(options: readonly string[]): string {
  return options.filter((option) => option !== 'defaults').join(',') || '-';
}
