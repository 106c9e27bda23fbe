// Unpacks Debian packages into a folder of the cache, once. In: their names. Out: a tree. Never: runs package scripts.
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Architecture } from '../lib/architecture.ts';
import { CommandError, runCommand } from '../lib/run-command.ts';
import { UserError } from '../lib/errors.ts';
import { whenMissing } from '../lib/when-missing.ts';

/** Where unpacked packages are kept and come from. */
export type PackageSource = {
  readonly architecture: Architecture;
  readonly cacheDir: string;
  /** Package mirror; mmdebstrap's own default when absent. */
  readonly mirror?: string | undefined;
  readonly onProgress?: ((line: string) => void) | undefined;
};

export type PackagesToUnpack = {
  readonly suite: string;
  /** One of them has the architecture in its name, so that no two architectures have the same list. */
  readonly packages: readonly string[];
  /** Areas of the archive besides main, such as non-free-firmware. */
  readonly areas?: readonly string[];
  /** Whose packages they are, for the error: `the boot ramdisk's`. */
  readonly whose: string;
};

/**
 * The folder with the unpacked packages and what they depend on, without `usr/share`. They are downloaded on the first
 * call; delete the folder to take newer ones.
 * @throws UserError when mmdebstrap fails, with its last lines.
 */
export async function unpackPackages(wanted: PackagesToUnpack, source: PackageSource): Promise<string> {
  const { suite, packages } = wanted;
  const key = createHash('sha256').update(
    JSON.stringify([suite, packages, source.mirror ?? '', ...(wanted.areas ?? [])]),
  );
  const root = join(source.cacheDir, `debian-${suite}-${key.digest('hex').slice(0, 16)}`);
  if (await stat(root).catch(whenMissing(undefined))) return root;
  await mkdir(source.cacheDir, { recursive: true });
  const partial = await mkdtemp(`${root}.partial-`);
  try {
    await unpack(partial, wanted, source);
    // Not needed by anybody, and a third of the files.
    await rm(join(partial, 'usr/share'), { recursive: true, force: true });
    await rename(partial, root);
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    // Another build may have finished first.
    if (!(await stat(root).catch(whenMissing(undefined)))) throw error;
  }
  return root;
}

async function unpack(target: string, wanted: PackagesToUnpack, source: PackageSource): Promise<void> {
  const mirror = source.mirror === undefined ? [] : [source.mirror];
  const architectures = `--architectures=${source.architecture.name}`;
  const include = `--include=${wanted.packages.join(',')}`;
  const components = `--components=${['main', ...(wanted.areas ?? [])].join(',')}`;
  try {
    await runCommand(
      [
        'mmdebstrap',
        '--variant=extract',
        '--format=directory',
        architectures,
        components,
        include,
        wanted.suite,
        target,
        ...mirror,
      ],
      { timeoutMs: 30 * 60_000, onLine: (line) => source.onProgress?.(line) },
    );
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    throw new UserError(`fetching ${wanted.whose} Debian packages failed; nothing was changed\n${error.message}`, {
      hint: 'check the network and `mirror` in site.yaml, then run the same command again',
    });
  }
}
