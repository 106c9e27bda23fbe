import { mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Architecture } from '../../lib/architecture.ts';
import { whenMissing } from '../../lib/when-missing.ts';
import { cutAfterSegments } from './elf-segments.ts';
import { lockedNode } from './locked-node.ts';

/** Node of the lock file without its symbols, a fifth smaller; kept in the cache by architecture and version. */
export async function strippedNode(options: {
  readonly architecture: Architecture;
  readonly cacheDir: string;
  readonly onProgress?: ((line: string) => void) | undefined;
}): Promise<{ path: string; version: string }> {
  const { architecture, cacheDir } = options;
  const { path, version } = await lockedNode(options);
  const stripped = join(cacheDir, `node-${architecture.name}-${version}`);
  if (await stat(stripped).catch(whenMissing(undefined))) return { path: stripped, version };
  await mkdir(cacheDir, { recursive: true });
  const temporary = `${stripped}.${process.pid}.new`;
  await writeFile(temporary, cutAfterSegments(await readFile(path)), { mode: 0o755 });
  await rename(temporary, stripped);
  return { path: stripped, version };
}
