// How large a file system can be, by its own maker. In: a kind and a size. Out: what is wrong with it. Pure.
import { formatBytes } from '../lib/bytes.ts';
import type { FilesystemKind } from './filesystems/filesystem-kind.ts';

type Limits = Pick<FilesystemKind, 'minBytes' | 'limitBytes'>;

/** @param what as a message begins: `10.0 MiB for xfs on disk …`, without the size */
export function sizeProblem(sizeBytes: number, { minBytes, limitBytes }: Limits, what: string): string | undefined {
  const found = `${formatBytes(Math.max(0, sizeBytes))} for ${what}`;
  if (sizeBytes < minBytes) return `${found}; it needs ${formatBytes(minBytes)}`;
  if (limitBytes === undefined || sizeBytes < limitBytes) return undefined;
  return `${found}; it must be less than ${formatBytes(limitBytes)}`;
}
