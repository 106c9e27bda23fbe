import { filledPlaces } from '../../partition-specs/layout.ts';
import type { Layout } from '../../partition-specs/layout.ts';

/** GRUB's module for each file system that can hold a kernel. @see GNU GRUB manual 2.06 §3.4 */
const byFilesystem: Readonly<Record<string, string>> = {
  ext2: 'ext2',
  ext3: 'ext2',
  ext4: 'ext2',
  xfs: 'xfs',
  btrfs: 'btrfs',
  vfat: 'fat',
  msdos: 'fat',
};

/** The modules with which GRUB reaches the kernel: tables, arrays and groups where there are any, file systems. */
export function grubModules(layout: Layout): string[] {
  const boot = filledPlaces(layout).filter(({ content }) => ['/', '/boot'].includes(content.mountPoint ?? ''));
  const modules = [
    ...layout.disks.map(({ table }) => (table.kind === 'dos' ? 'part_msdos' : 'part_gpt')),
    ...(layout.arrays.length > 0 ? ['diskfilter', 'mdraid1x'] : []),
    ...(layout.groups.length > 0 ? ['lvm'] : []),
    ...boot.flatMap(({ content }) => byFilesystem[content.filesystem] ?? []),
  ];
  return [...new Set(modules)];
}
