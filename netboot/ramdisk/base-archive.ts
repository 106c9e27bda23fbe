// The part of the ramdisk that is the same for every site: drivers, Node, tools. In: an unpacked Debian. Out: one
// compressed archive in the cache. Never: anything of a site.
import { mkdtemp, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Architecture } from '../../lib/architecture.ts';
import { formatBytes } from '../../lib/bytes.ts';
import { readAppletNames } from './busybox-applets.ts';
import { compressCpio } from './compress-cpio.ts';
import { digestOf, digestOfFolder } from '../../lib/inputs-digest.ts';
import { whenMissing } from '../../lib/when-missing.ts';
import { collectKernel } from './kernel-files.ts';
import type { KernelFiles } from './kernel-files.ts';
import { strippedNode } from './stripped-node.ts';
import { collectPrograms } from './programs.ts';
import { toolFiles, toolLinks, tools } from './recipe.ts';
import type { RamdiskEntry } from './cpio.ts';

export type BaseOptions = {
  readonly architecture: Architecture;
  readonly cacheDir: string;
  readonly debianRoot: string;
  readonly onProgress: (line: string) => void;
};

export type Base = { readonly archive: string; readonly kernel: string; readonly digest: string };

/** The base archive of this recipe, Node and Debian; made once and kept in `cacheDir`. */
export async function buildBase(options: BaseOptions): Promise<Base> {
  const { architecture } = options;
  const node = await strippedNode(options);
  const digest = digestOf([
    node.version,
    await digestOfFolder(import.meta.dirname, (path) => path.endsWith('.ts') && !path.endsWith('.test.ts')),
    await digestOfFolder(options.debianRoot, (path) => !path.includes('/modules.'), 'names and sizes'),
  ]);
  const archive = join(options.cacheDir, `base-${architecture.name}-${digest.slice(0, 16)}.img`);
  const kernel = join(options.debianRoot, 'boot', await kernelName(options.debianRoot));
  if (await stat(archive).catch(whenMissing(undefined))) return { archive, kernel, digest };
  const workDir = await mkdtemp(join(options.cacheDir, 'work-'));
  try {
    const entries = await baseEntries({ ...options, workDir, node: node.path });
    const bytes = await compressCpio(entries);
    await writeFile(join(workDir, 'base.img'), bytes);
    await removeOldBases(options.cacheDir, architecture);
    await rename(join(workDir, 'base.img'), archive);
    options.onProgress(`base archive: ${entries.length} files, ${formatBytes(bytes.length)}`);
  } finally {
    await rm(workDir, { recursive: true, force: true });
  }
  return { archive, kernel, digest };
}

/** Also those from before there was an architecture in their names. */
async function removeOldBases(cacheDir: string, { name: architecture }: Architecture): Promise<void> {
  const isOld = (name: string): boolean =>
    /^base-[0-9a-f]{16}\.img$/.test(name) || (name.startsWith(`base-${architecture}-`) && name.endsWith('.img'));
  const old = (await readdir(cacheDir)).filter(isOld);
  for (const name of old) await rm(join(cacheDir, name), { force: true });
}

async function kernelName(root: string): Promise<string> {
  const names = await readdir(join(root, 'boot'));
  return names.find((name) => name.startsWith('vmlinuz-')) ?? 'vmlinuz';
}

async function baseEntries(input: BaseOptions & { workDir: string; node: string }): Promise<RamdiskEntry[]> {
  const kernel: KernelFiles = await collectKernel(input.debianRoot, input.architecture, input.workDir);
  input.onProgress(`kernel ${kernel.version}, ${kernel.moduleCount} modules`);
  const programs = Object.entries(tools).map(([name, path]) => [name, join(input.debianRoot, path)] as const);
  return [
    ...skeleton,
    ...kernel.entries,
    ...(await collectPrograms(
      { root: input.debianRoot, architecture: input.architecture },
      { ...Object.fromEntries(programs), node: input.node },
    )),
    ...Object.entries(toolLinks).map(([name, tool]) => linkInBin(name, tool)),
    ...(await busyboxLinks(input.debianRoot)),
    ...Object.entries(toolFiles).map(([path, source]): RamdiskEntry => ({
      path,
      kind: 'file',
      mode: 0o644,
      source: join(input.debianRoot, source),
    })),
  ];
}

/** Folders that the init script mounts on, the merged /usr, and the console that the kernel opens before /init runs. */
const skeleton: readonly RamdiskEntry[] = [
  ...['proc', 'sys', 'dev', 'run', 'tmp', 'root', 'mnt', 'etc', 'var'].map((path): RamdiskEntry => ({
    path,
    kind: 'directory',
  })),
  { path: 'dev/console', kind: 'character-device', mode: 0o600, major: 5, minor: 1 },
  { path: 'bin', kind: 'link', target: 'usr/bin' },
  { path: 'sbin', kind: 'link', target: 'usr/bin' },
  { path: 'usr/sbin', kind: 'link', target: 'bin' },
  { path: 'lib', kind: 'link', target: 'usr/lib' },
  { path: 'lib64', kind: 'link', target: 'usr/lib64' },
  { path: 'etc/mtab', kind: 'link', target: '../proc/self/mounts' },
];

/** Every busybox command that no real tool provides. */
async function busyboxLinks(root: string): Promise<RamdiskEntry[]> {
  const names = readAppletNames(await readFile(join(root, tools['busybox'] ?? '')));
  return names.filter((name) => !(name in tools) && !(name in toolLinks)).map((name) => linkInBin(name, 'busybox'));
}

function linkInBin(name: string, target: string): RamdiskEntry {
  return { path: `usr/bin/${name}`, kind: 'link', target };
}
