// Firmware files for the cards of the ramdisk. In: names of Debian packages, the modules. Out: entries for those files
// that the modules ask for. Never: carries what no module asks for, or follows a link out of the packages.
import { realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { formatBytes } from '../../lib/bytes.ts';
import { runCommand } from '../../lib/run-command.ts';
import { whenMissing } from '../../lib/when-missing.ts';
import { unpackPackages } from '../unpack-packages.ts';
import type { PackageSource } from '../unpack-packages.ts';
import type { RamdiskEntry } from './cpio.ts';
import { selectKernelModules } from './kernel-files.ts';
import { debianSuite } from './recipe.ts';

/** The part of the archive that Debian's firmware packages are in. */
const FIRMWARE_AREA = 'non-free-firmware';

/**
 * Of the `packages`, the files that modules of the kernel in `debianRoot` ask for; `onProgress` is told how many.
 * @throws UserError when a package cannot be fetched
 */
export async function firmwareEntries(
  packages: readonly string[],
  debianRoot: string,
  source: PackageSource,
): Promise<RamdiskEntry[]> {
  if (packages.length === 0) return [];
  const whose = "the boot ramdisk's firmware";
  const root = await unpackPackages({ suite: debianSuite, packages, areas: [FIRMWARE_AREA], whose }, source);
  const files = await findFiles(root, await askedFor(debianRoot, source));
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  source.onProgress?.(`firmware: ${files.length} files, ${formatBytes(bytes)} (${packages.join(', ')})`);
  if (files.length === 0)
    source.onProgress?.("firmware: none of the ramdisk's drivers asks for a file of these packages");
  return files.map(({ name, path }) => ({ path: `usr/lib/firmware/${name}`, kind: 'file', mode: 0o644, source: path }));
}

/** What the modules that the ramdisk carries say of themselves. */
async function askedFor(debianRoot: string, { architecture }: PackageSource): Promise<string[]> {
  const { folder, modules } = await selectKernelModules(debianRoot, architecture);
  const { stdout } = await runCommand(['modinfo', '-F', 'firmware', ...modules.map((module) => join(folder, module))]);
  return [...new Set(stdout.split('\n').filter((name) => name !== ''))].sort();
}

async function findFiles(root: string, names: readonly string[]) {
  const top = await realpath(root);
  const found = await Promise.all(
    names.map(async (name) => {
      // Many files are links to another version of the same.
      const path = await realpath(join(root, 'lib/firmware', name)).catch(whenMissing(undefined));
      if (path === undefined || !path.startsWith(`${top}/`)) return [];
      return [{ name, path, size: (await stat(path)).size }];
    }),
  );
  return found.flat();
}
