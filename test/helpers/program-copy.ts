// This program as an administrator installs it: its folders and its npm packages without those of development.
import { cp, mkdir, readFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';

const root = join(import.meta.dirname, '../..');
const FOLDERS =
  'bin contract fleet fleet-agent installer lib machdb netboot network-specs os-images package-systems packagelink partition-specs rehearse service site'.split(
    ' ',
  );
const lockSchema = z.object({ packages: z.record(z.string(), z.object({ dev: z.boolean().optional() })) });

/** Copies it into `dir`, which everybody may read: the checkout itself may lie where only its owner comes. */
export async function copyProgram(dir: string): Promise<void> {
  await mkdir(dir, { recursive: true });
  for (const folder of FOLDERS) await cp(join(root, folder), join(dir, folder), { recursive: true });
  const lock = lockSchema.parse(JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')));
  for (const [path, { dev }] of Object.entries(lock.packages)) {
    // Packages of other architectures are in the lock file, and not there.
    if (path === '' || dev === true || !existsSync(join(root, path))) continue;
    await mkdir(dirname(join(dir, path)), { recursive: true });
    await cp(join(root, path), join(dir, path), { recursive: true });
  }
  await cp(join(root, 'package.json'), join(dir, 'package.json'));
}
