import { formatBytes } from '../../lib/bytes.ts';
import { UserError } from '../../lib/errors.ts';
import { sizeLimitBytes } from './recipe.ts';

/**
 * `kernel 7.87 MiB, ramdisk 59.5 MiB`, for the build to print.
 * @throws UserError when both together exceed the limit of 96 MiB
 */
export function checkSize({ kernelBytes, ramdiskBytes }: { kernelBytes: number; ramdiskBytes: number }): string {
  const sizes = `kernel ${formatBytes(kernelBytes)}, ramdisk ${formatBytes(ramdiskBytes)}`;
  if (kernelBytes + ramdiskBytes <= sizeLimitBytes) return sizes;
  throw new UserError(`the boot ramdisk is too large: ${sizes}; together at most ${formatBytes(sizeLimitBytes)}`);
}
