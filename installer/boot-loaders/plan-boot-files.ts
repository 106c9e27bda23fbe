// Where GRUB finds kernels and their initramfs. In: kernels, the mounts. Out: a file system and paths on it. Pure.
import { UserError } from '../../lib/errors.ts';
import { subvolumeOf } from '../../partition-specs/btrfs-subvolume.ts';
import { filledPlaces } from '../../partition-specs/layout.ts';
import type { Layout } from '../../partition-specs/layout.ts';

/** A kernel and its initramfs, as package paths: `boot/vmlinuz-6.1`. */
export type KernelFiles = { readonly release: string | undefined; readonly kernel: string; readonly initramfs: string };

export type BootFiles = {
  /** UUID of the file system that holds all of them. */
  readonly uuid: string;
  /** Paths are absolute on that file system, as GRUB names them. The first one is to be started. */
  readonly kernels: readonly KernelFiles[];
};

/**
 * The files as GRUB names them: with a file system of its own at /boot, which GRUB reads without the root, the paths
 * are those on it.
 * @throws UserError when they lie outside of the file system that GRUB reads
 */
export function planBootFiles(layout: Layout, kernels: readonly KernelFiles[]): BootFiles {
  const { uuid, locate } = bootFilesystem(layout);
  return {
    uuid,
    kernels: kernels.map(({ release, kernel, initramfs }) => {
      return { release, kernel: locate(kernel), initramfs: locate(initramfs) };
    }),
  };
}

type BootFilesystem = {
  readonly uuid: string;
  /** A package path as GRUB names it there. @throws UserError for a path outside of it */
  readonly locate: (path: string) => string;
};

/** The file system that holds /boot. */
export function bootFilesystem(layout: Layout): BootFilesystem {
  const contents = filledPlaces(layout).map(({ content }) => content);
  const boot = contents.find((content) => content?.mountPoint === '/boot');
  const root = contents.find((content) => content?.mountPoint === '/');
  const uuid = (boot ?? root)?.uuid;
  if (uuid === undefined) throw new UserError('the layout has no root file system to boot from');
  const subvolume = subvolumeOf((boot ?? root)?.options ?? []);
  // GRUB names files of a btrfs from its top, whatever subvolume is mounted.
  const top = subvolume === undefined ? '' : `/${subvolume}`;
  const locate = (path: string): string => {
    if (boot === undefined) return `${top}/${path}`;
    if (path.startsWith('boot/')) return top + path.slice('boot'.length);
    throw new UserError(
      `the kernel or initramfs of the image is /${path}, but GRUB reads only the file system of /boot`,
    );
  };
  return { uuid, locate };
}
