import { posix } from 'node:path';
import { UserError } from '../../lib/errors.ts';
import type { MergedTree } from '../../packagelink/tree/tree.ts';
import { releaseOfPath } from '../boot-loaders/kernel-release.ts';
import type { KernelFiles } from '../boot-loaders/plan-boot-files.ts';

/**
 * What `/vmlinuz` and `/initrd.img` of the image lead to.
 * @throws UserError when the image has no such links
 */
export function findImageKernel(tree: MergedTree): KernelFiles {
  const kernel = followLink(tree, 'vmlinuz');
  return { release: releaseOfPath(kernel), kernel, initramfs: followLink(tree, 'initrd.img') };
}

function followLink(tree: MergedTree, link: string): string {
  const entry = tree.entries.find(({ path }) => path === link);
  if (entry?.type !== 'symlink') {
    throw new UserError(`the image has no link /${link} to a kernel file; nothing could be booted`, { exitCode: 2 });
  }
  return posix.join('/', entry.target).slice(1);
}
