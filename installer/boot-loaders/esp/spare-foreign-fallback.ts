// The removable path of an EFI system partition that other systems use, too. In: its mount point, what is wanted there.
// Out: what may be written. Reads only.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { whenMissing } from '../../../lib/when-missing.ts';
import { sha256 } from './esp-file.ts';
import type { EspBytes } from './write-esp-files.ts';

/**
 * All files, or those without the fallback where that is somebody else's: what firmware starts there is the last of them.
 * @param known SHA-256 of what earlier runs have written there
 */
export async function spareForeignFallback(
  top: string,
  files: readonly EspBytes[],
  known: ReadonlySet<string>,
): Promise<readonly EspBytes[]> {
  const started = files.findLast(({ isFallback }) => isFallback === true);
  if (started === undefined) return files;
  const now = await readFile(join(top, started.path)).catch(whenMissing(undefined));
  if (now === undefined || now.equals(started.bytes) || known.has(sha256(now))) return files;
  return files.filter(({ isFallback }) => isFallback !== true);
}
