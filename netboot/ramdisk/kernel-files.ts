// Kernel and modules of the ramdisk. In: an unpacked Debian. Out: the kernel's path and entries. Never: loads anything.
import { mkdir, link, readFile, readdir, rm } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import type { Architecture } from '../../lib/architecture.ts';
import { UserError } from '../../lib/errors.ts';
import { runCommand } from '../../lib/run-command.ts';
import { moduleExclusions, moduleSelection } from './recipe.ts';
import { listFiles } from '../../lib/list-files.ts';
import { parseModulesDep, selectModules } from './select-modules.ts';
import type { RamdiskEntry } from './cpio.ts';

export type KernelFiles = {
  readonly version: string;
  /** Path of the kernel on this computer. */
  readonly kernel: string;
  readonly entries: readonly RamdiskEntry[];
  readonly moduleCount: number;
};

/**
 * Selects the modules of the one kernel in `root` and indexes them for modprobe.
 * @param workDir an existing folder on the file system of `root`.
 */
export async function collectKernel(root: string, architecture: Architecture, workDir: string): Promise<KernelFiles> {
  const { version, folder, modules } = await selectKernelModules(root, architecture);
  const staging = join(workDir, 'modules');
  await rm(staging, { recursive: true, force: true });
  const indexed = join(staging, 'lib/modules', version);
  for (const file of [...modules, 'modules.builtin', 'modules.builtin.modinfo', 'modules.order']) {
    await mkdir(dirname(join(indexed, file)), { recursive: true });
    await link(join(folder, file), join(indexed, file));
  }
  await runCommand(['depmod', '-b', staging, version]);
  return {
    version,
    kernel: join(root, 'boot', `vmlinuz-${version}`),
    entries: await treeEntries(indexed, `usr/lib/modules/${version}`),
    moduleCount: modules.length,
  };
}

/** The modules that the ramdisk carries, as paths in `folder`. */
export async function selectKernelModules(
  root: string,
  architecture: Architecture,
): Promise<{ version: string; folder: string; modules: readonly string[] }> {
  const wanted = moduleSelection(architecture);
  const version = await kernelVersion(root);
  await runCommand(['depmod', '-b', root, version]);
  const folder = join(root, 'lib/modules', version);
  const dependencies = parseModulesDep(await readFile(join(folder, 'modules.dep'), 'utf8'));
  const { modules, missing } = selectModules({ dependencies, wanted, excluded: moduleExclusions });
  if (missing.length > 0) {
    throw new UserError(`kernel ${version} has no module ${missing.join(', ')}, which the boot ramdisk selects`);
  }
  return { version, folder, modules };
}

async function kernelVersion(root: string): Promise<string> {
  const versions = await readdir(join(root, 'lib/modules'));
  const [version] = versions;
  if (version === undefined || versions.length > 1) {
    throw new UserError(`expected one kernel in ${root}/lib/modules, found ${versions.join(', ') || 'none'}`);
  }
  return version;
}

async function treeEntries(folder: string, prefix: string): Promise<RamdiskEntry[]> {
  const files = await listFiles(folder);
  return files.map((source) => ({ path: join(prefix, relative(folder, source)), kind: 'file', mode: 0o644, source }));
}
