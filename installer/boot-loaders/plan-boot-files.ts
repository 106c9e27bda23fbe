// Where GRUB finds kernel and initramfs. In: the merged tree, the mounts. Out: a file system and two paths on it. Pure.
import { posix } from 'node:path';
import { UserError } from '../../lib/errors.ts';
import type { MergedTree } from '../../packagelink/tree.ts';
import { filledPlaces } from '../../partition-specs/layout.ts';
import type { Layout } from '../../partition-specs/layout.ts';

export type BootFiles = {
  /** UUID of the file system that holds both files. */
  readonly uuid: string;
  /** Absolute on that file system, as GRUB names them. */
  readonly kernel: string;
  readonly initramfs: string;
};

/**
 * Follows `/vmlinuz` and `/initrd.img` of the image to the files they stand for; with a file system of its own at
 * /boot, which GRUB reads without the root, the paths are those on it.
 * @throws UserError when the image has no such links, or they lead out of the file system that GRUB reads
 */
export function planBootFiles(layout: Layout, tree: MergedTree): BootFiles {
  const contents = filledPlaces(layout).map(({ content }) => content);
  const boot = contents.find((content) => content?.mountPoint === '/boot');
  const root = contents.find((content) => content?.mountPoint === '/');
  const uuid = (boot ?? root)?.uuid;
  if (uuid === undefined) throw new UserError('the layout has no root file system to boot from');
  const locate = (link: string): string => {
    const path = followLink(tree, link);
    if (boot === undefined) return `/${path}`;
    if (path.startsWith('boot/')) return path.slice('boot'.length);
    throw new UserError(`/${link} of the image leads to /${path}, but GRUB reads only the file system of /boot`);
  };
  return { uuid, kernel: locate('vmlinuz'), initramfs: locate('initrd.img') };
}

function followLink(tree: MergedTree, link: string): string {
  const entry = tree.entries.find(({ path }) => path === link);
  if (entry?.type !== 'symlink') {
    throw new UserError(`the image has no link /${link} to a kernel file; nothing could be booted`, { exitCode: 2 });
  }
  return posix.join('/', entry.target).slice(1);
}
