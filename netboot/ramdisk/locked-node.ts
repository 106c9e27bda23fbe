// Node for the machines of an architecture. In: package-lock.json. Out: a program's path. Never: takes one whose package
// has another digest than the lock file says.
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Architecture } from '../../lib/architecture.ts';
import { UserError } from '../../lib/errors.ts';
import { parseJsonEdge } from '../../lib/parse-edge.ts';
import { CommandError, runCommand } from '../../lib/run-command.ts';
import { whenMissing } from '../../lib/when-missing.ts';

const ROOT = join(import.meta.dirname, '../..');

type NodeOptions = {
  readonly architecture: Architecture;
  readonly cacheDir: string;
  readonly onProgress?: ((line: string) => void) | undefined;
};

type LockedPackage = { readonly name: string; readonly version: string; readonly integrity: string };

/**
 * The Node that package-lock.json pins for machines of this architecture. npm installs that of this computer's own; that
 * of another one is fetched into the cache once.
 * @throws UserError when it cannot be fetched, or is not what the lock file says
 */
export async function lockedNode(options: NodeOptions): Promise<{ path: string; version: string }> {
  const locked = await readLock(`node-linux-${options.architecture.node}`);
  const { version } = locked;
  const cached = join(options.cacheDir, `${locked.name}-${version}`);
  for (const path of [join(ROOT, 'node_modules', locked.name, 'bin/node'), join(cached, 'bin/node')]) {
    if (await stat(path).catch(whenMissing(undefined))) return { path, version };
  }
  options.onProgress?.(`fetching ${locked.name} ${version}`);
  await fetchPackage(locked, cached);
  return { path: join(cached, 'bin/node'), version };
}

async function readLock(name: string): Promise<LockedPackage> {
  const path = join(ROOT, 'package-lock.json');
  const entry = z.object({ version: z.string(), integrity: z.string().startsWith('sha512-') });
  const key = `node_modules/${name}`;
  const schema = z.object({ packages: z.object({ [key]: entry }) });
  const { packages } = parseJsonEdge(schema, await readFile(path, 'utf8'), path);
  return { name, ...entry.parse(packages[key]) };
}

async function fetchPackage(locked: LockedPackage, target: string): Promise<void> {
  await mkdir(join(target, '..'), { recursive: true });
  const folder = await mkdtemp(`${target}.partial-`);
  try {
    const tar = await download(locked, folder);
    await checkDigest(tar, locked);
    await runCommand(['tar', '-C', folder, '-xzf', tar, 'package/bin/node']);
    await rename(join(folder, 'package'), target);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** By npm, which knows the registry and its credentials: it runs where `npm ci` did. */
async function download({ name, version }: LockedPackage, folder: string): Promise<string> {
  const argv = ['npm', 'pack', `${name}@${version}`, '--ignore-scripts', '--pack-destination', folder] as const;
  try {
    await runCommand(argv, { cwd: ROOT, timeoutMs: 10 * 60_000 });
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    throw new UserError(`fetching ${name} ${version}, the Node of other machines, failed\n${error.message}`, {
      hint: 'check the network, and that npm is there (apt-get install npm); then run the same command again',
    });
  }
  const [file] = await readdir(folder);
  if (file === undefined) throw new UserError(`npm pack ${name}@${version} has left no file`);
  return join(folder, file);
}

async function checkDigest(tar: string, { name, version, integrity }: LockedPackage): Promise<void> {
  const digest = createHash('sha512').update(await readFile(tar));
  const found = `sha512-${digest.digest('base64')}`;
  if (found === integrity) return;
  throw new UserError(
    `${name} ${version} is not the package of package-lock.json: expected ${integrity}, found ${found}; it was removed`,
  );
}
