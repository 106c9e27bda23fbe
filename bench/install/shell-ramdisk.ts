// The ramdisk of the other installer: the same kernel, drivers and tools as ours, without Node, and a shell script.
// In: a site's cache, the archive's URL. Out: the bytes of a ramdisk. Never: changes what the site's machines boot.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { architectures } from '../../lib/architecture.ts';
import { runCommand } from '../../lib/run-command.ts';
import { whenMissing } from '../../lib/when-missing.ts';
import { compressCpio } from '../../netboot/ramdisk/compress-cpio.ts';
import type { RamdiskEntry } from '../../netboot/ramdisk/cpio.ts';
import { fetchDebianFiles } from '../../netboot/ramdisk/debian-files.ts';
import { collectKernel } from '../../netboot/ramdisk/kernel-files.ts';
import { collectPrograms } from '../../netboot/ramdisk/programs.ts';
import { debianSuite, toolFiles, toolLinks, tools } from '../../netboot/ramdisk/recipe.ts';

/** What a shell needs to fetch and unpack a tree. */
const FETCHERS = { curl: 'usr/bin/curl', zstd: 'usr/bin/zstd', tar: 'bin/tar' } as const;

type ShellRamdisk = { readonly cacheDir: string; readonly mirror: string | undefined; readonly archiveUrl: string };

export async function buildShellRamdisk({ cacheDir, mirror, archiveUrl }: ShellRamdisk): Promise<Uint8Array> {
  const architecture = architectures.amd64;
  const root = await fetchDebianFiles({ architecture, cacheDir, mirror });
  const fetchers = await unpackFetchers(cacheDir, mirror);
  const workDir = await mkdtemp(join(cacheDir, 'work-'));
  try {
    const { entries } = await collectKernel(root, architecture, workDir);
    const file = (path: string, text: string | Buffer, mode: number): RamdiskEntry => {
      return { path, kind: 'file', mode, data: Buffer.from(text) };
    };
    return await compressCpio([
      ...folders,
      ...entries,
      ...onePerPath([
        ...(await collectPrograms({ root, architecture }, below(root, tools))),
        ...(await collectPrograms({ root: fetchers, architecture }, below(fetchers, FETCHERS))),
      ]),
      ...Object.entries(toolLinks).map(([name, target]) => link(`usr/bin/${name}`, target)),
      ...(await busyboxLinks(join(root, tools['busybox'] ?? ''))),
      ...Object.entries(toolFiles).map(([path, source]): RamdiskEntry => {
        return { path, kind: 'file', mode: 0o644, source: join(root, source) };
      }),
      file('init', await readFile(join(import.meta.dirname, 'shell-init')), 0o755),
      file('etc/bench', `ARCHIVE_URL=${archiveUrl}\n`, 0o644),
    ]);
  } finally {
    await rm(workDir, { recursive: true, force: true });
  }
}

const link = (path: string, target: string): RamdiskEntry => ({ path, kind: 'link', target });

const folders: readonly RamdiskEntry[] = [
  ...['proc', 'sys', 'dev', 'run', 'tmp', 'root'].map((path): RamdiskEntry => ({ path, kind: 'directory' })),
  { path: 'dev/console', kind: 'character-device', mode: 0o600, major: 5, minor: 1 },
  link('bin', 'usr/bin'),
  link('sbin', 'usr/bin'),
  link('usr/sbin', 'bin'),
  link('lib', 'usr/lib'),
  link('lib64', 'usr/lib64'),
  link('etc/mtab', '../proc/self/mounts'),
];

function below(root: string, programs: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(programs).map(([name, path]) => [name, join(root, path)]));
}

/** Both sets of programs need the C library. */
function onePerPath(entries: readonly RamdiskEntry[]): RamdiskEntry[] {
  return [...new Map(entries.map((entry) => [entry.path, entry])).values()];
}

async function busyboxLinks(busybox: string): Promise<RamdiskEntry[]> {
  const taken = new Set([...Object.keys(tools), ...Object.keys(toolLinks), ...Object.keys(FETCHERS)]);
  const { stdout } = await runCommand([busybox, '--list']);
  const names = stdout.trim().split('\n');
  return names.filter((name) => !taken.has(name)).map((name) => link(`usr/bin/${name}`, 'busybox'));
}

/** Unpacked once and kept; never configured. */
async function unpackFetchers(cacheDir: string, mirror: string | undefined): Promise<string> {
  const root = join(cacheDir, `bench-install-${debianSuite}`);
  if (await readFile(join(root, FETCHERS.curl)).catch(whenMissing(undefined))) return root;
  await rm(root, { recursive: true, force: true });
  const include = `--include=${Object.keys(FETCHERS).join(',')}`;
  const source = mirror === undefined ? [] : [mirror];
  const argv = [
    'mmdebstrap',
    '--variant=extract',
    '--format=directory',
    include,
    debianSuite,
    root,
    ...source,
  ] as const;
  await runCommand(argv, { timeoutMs: 10 * 60_000 });
  return root;
}
