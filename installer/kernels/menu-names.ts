// What boot menus name. In: their texts: GRUB's scripts, boot loader entries, extlinux and the like. Out: whether they
// name a path or a kernel. Pure. It errs towards yes: what a comment names is named, too.
import { nameInBoot, releaseOfName } from '../boot-loaders/kernel-release.ts';

export type MenuNames = {
  /** @param path a package path */
  readonly hasPath: (path: string) => boolean;
  /** @param release as `uname -r` prints it */
  readonly hasRelease: (release: string) => boolean;
  /** Whether it names any kernel by its release. */
  readonly hasKernels: boolean;
};

/** Blanks, quotes, assignments, lists, and the brackets around devices: `($root)/vmlinuz`, `(hd0,gpt2)/vmlinuz`. */
const BETWEEN_WORDS = /[\s"'`=,;:(){}[\]<>|&]+/;

/**
 * A menu speaks of its own file system: `/vmlinuz-6.1` where /boot is one, `/@/boot/vmlinuz-6.1` in a subvolume. So a
 * file of /boot is named by its name alone, and any other by the end of a path.
 */
export function readMenuNames(text: string): MenuNames {
  const words = new Set<string>();
  const ends = new Set<string>();
  for (const word of text.split(BETWEEN_WORDS)) {
    // Firmware writes `\EFI\debian\vmlinuz`, a script `my\ kernel`.
    const steps = word.split(/[/\\]+/).filter((step) => step !== '');
    words.add(word);
    for (const [index, step] of steps.entries()) {
      words.add(step);
      if (word.startsWith('/') || index > 0) ends.add(steps.slice(index).join('/'));
    }
  }
  const releases = new Set([...words].flatMap((word) => releaseOfName(word) ?? []));
  return {
    hasPath: (path) => {
      const name = nameInBoot(path);
      return name === undefined ? ends.has(path) : words.has(name);
    },
    hasRelease: (release) => releases.has(release) || words.has(release),
    hasKernels: releases.size > 0,
  };
}
