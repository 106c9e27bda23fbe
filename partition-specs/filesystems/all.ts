// Every file system that Linux can be given. A new one is a file beside this and a line here.
import { btrfs } from './btrfs.ts';
import { ext2, ext3, ext4 } from './ext.ts';
import type { FilesystemKind } from './filesystem-kind.ts';
import { ntfs } from './ntfs.ts';
import { swap } from './swap.ts';
import { msdos, vfat } from './vfat.ts';
import { xfs } from './xfs.ts';

export const filesystems: ReadonlyMap<string, FilesystemKind> = new Map(
  [ext2, ext3, ext4, xfs, btrfs, vfat, msdos, ntfs, swap].map((kind) => [kind.name, kind]),
);

/**
 * The kind that a layout names.
 * @throws Error when the layout was made by a newer program that knows more kinds.
 */
export function filesystemOf(name: string): FilesystemKind {
  const kind = filesystems.get(name);
  if (kind === undefined) throw new Error(`this program does not know the file system '${name}' of the layout`);
  return kind;
}
