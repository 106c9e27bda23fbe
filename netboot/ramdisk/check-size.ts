import { formatBytes } from '../../lib/bytes.ts';
import { UserError } from '../../lib/errors.ts';
import { ramdiskLimitBytes } from './recipe.ts';

/**
 * `kernel 7.87 MiB, ramdisk 59.5 MiB`, for the build to print.
 * @throws UserError when the ramdisk exceeds the limit of 70 MiB
 */
export function checkSize({ kernelBytes, ramdiskBytes }: { kernelBytes: number; ramdiskBytes: number }): string {
  const sizes = `kernel ${formatBytes(kernelBytes)}, ramdisk ${formatBytes(ramdiskBytes)}`;
  if (ramdiskBytes <= ramdiskLimitBytes) return sizes;
  throw new UserError(
    `the boot ramdisk is too large: ${sizes}; the ramdisk may have ${formatBytes(ramdiskLimitBytes)}`,
    { hint: 'if `firmware` in site.yaml lists packages, take out those that no machine needs to be installed' },
  );
}
