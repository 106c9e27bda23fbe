// Unpacks Debian packages into a folder of the cache, once. In: the recipe. Out: a tree. Never: runs package scripts.
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Architecture } from '../../lib/architecture.ts';
import { CommandError, runCommand } from '../../lib/run-command.ts';
import { UserError } from '../../lib/errors.ts';
import { whenMissing } from '../../lib/when-missing.ts';
import { debianPackages, debianSuite } from './recipe.ts';

export type DebianFilesOptions = {
  readonly architecture: Architecture;
  readonly cacheDir: string;
  /** Package mirror; mmdebstrap's own default when absent. */
  readonly mirror?: string | undefined;
  readonly onProgress?: ((line: string) => void) | undefined;
};

/**
 * The folder with the unpacked packages of the recipe, downloaded on the first call; delete it to take newer ones.
 * @throws UserError when mmdebstrap fails, with its last lines.
 */
export async function fetchDebianFiles(options: DebianFilesOptions): Promise<string> {
  const packages = debianPackages(options.architecture);
  const key = createHash('sha256').update(JSON.stringify([debianSuite, packages, options.mirror ?? '']));
  const root = join(options.cacheDir, `debian-${debianSuite}-${key.digest('hex').slice(0, 16)}`);
  if (await stat(root).catch(whenMissing(undefined))) return root;
  await mkdir(options.cacheDir, { recursive: true });
  const partial = await mkdtemp(`${root}.partial-`);
  try {
    await unpack(partial, options);
    // Not needed by any tool, and a third of the files.
    await rm(join(partial, 'usr/share'), { recursive: true, force: true });
    await rename(partial, root);
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    // Another build may have finished first.
    if (!(await stat(root).catch(whenMissing(undefined)))) throw error;
  }
  return root;
}

async function unpack(target: string, options: DebianFilesOptions): Promise<void> {
  const mirror = options.mirror === undefined ? [] : [options.mirror];
  const { architecture } = options;
  const architectures = `--architectures=${architecture.name}`;
  const include = `--include=${debianPackages(architecture).join(',')}`;
  try {
    await runCommand(
      ['mmdebstrap', '--variant=extract', '--format=directory', architectures, include, debianSuite, target, ...mirror],
      { timeoutMs: 30 * 60_000, onLine: (line) => options.onProgress?.(line) },
    );
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    throw new UserError(`fetching the boot ramdisk's Debian packages failed; nothing was changed\n${error.message}`, {
      hint: 'check the network and `mirror` in site.yaml, then run the same command again',
    });
  }
}
