// Turns a freshly built system into an image for many machines: what belongs to one machine is removed.
// In: a tree and the recipe's units. Out: the changed tree. Never: touches a path outside the tree.
import { lstat, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../lib/errors.ts';
import { listFiles } from '../../lib/list-files.ts';
import type { RunCommand } from '../../lib/run-command.ts';
import { whenMissing } from '../../lib/when-missing.ts';
import type { ImageRecipe } from '../recipe.ts';

/** Written by the installer, by the machine at its first boot, or left over from the build. */
const NOT_OF_THE_IMAGE = [
  'etc/hostname',
  'etc/.pwd.lock',
  'etc/passwd-',
  'etc/shadow-',
  'etc/group-',
  'etc/gshadow-',
  'root/.ssh',
  'var/lib/dbus/machine-id',
  'var/lib/systemd/random-seed',
  'var/cache/ldconfig/aux-cache',
  'var/cache/debconf/config.dat-old',
  'var/cache/debconf/templates.dat-old',
  // Second links that the kernel package makes for the version before, of which there is none.
  'vmlinuz.old',
  'initrd.img.old',
];

/** Folders that stay, with nothing in them. */
const EMPTY_FOLDERS = ['dev', 'proc', 'sys', 'run', 'tmp', 'var/tmp', 'var/lib/apt/lists', 'var/cache/apt/archives'];

/**
 * Enables and masks units, locks root's password and removes everything that must differ from machine to machine.
 * @throws UserError when the tree has no kernel or initramfs to start from.
 */
export async function prepareTree(tree: string, recipe: ImageRecipe, run: RunCommand): Promise<void> {
  const { enable, mask } = recipe.units;
  if (enable.length > 0) await run(['chroot', tree, 'systemctl', 'enable', ...enable]);
  if (mask.length > 0) await run(['chroot', tree, 'systemctl', 'mask', ...mask]);
  await run(['chroot', tree, 'usermod', '--password', '*', 'root']);
  for (const path of NOT_OF_THE_IMAGE) await rm(join(tree, path), { recursive: true, force: true });
  for (const folder of EMPTY_FOLDERS) await emptyFolder(join(tree, folder));
  for (const path of await hostKeysAndLogs(tree)) await rm(path);
  await emptyOwnIdentity(tree);
  await requireBootFiles(tree, recipe);
}

async function emptyFolder(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(whenMissing<string[]>([])))
    await rm(join(folder, name), { recursive: true });
}

async function hostKeysAndLogs(tree: string): Promise<string[]> {
  const logs = await listFiles(join(tree, 'var/log'));
  const ssh = join(tree, 'etc/ssh');
  const keys = (await readdir(ssh).catch(whenMissing<string[]>([]))).filter((name) => name.startsWith('ssh_host_'));
  return [...logs, ...keys.map((name) => join(ssh, name))];
}

async function emptyOwnIdentity(tree: string): Promise<void> {
  // An empty file: systemd makes an id and keeps it. A missing one would be a "first boot", which asks questions on the
  // console.
  await writeNew(join(tree, 'etc/machine-id'), '');
  // The build leaves the build computer's; a plain file, because the installer writes one.
  await writeNew(join(tree, 'etc/resolv.conf'), '');
}

async function writeNew(path: string, text: string): Promise<void> {
  await rm(path, { force: true });
  await writeFile(path, text, { mode: 0o644 });
}

async function requireBootFiles(tree: string, { arch }: ImageRecipe): Promise<void> {
  for (const name of ['vmlinuz', 'initrd.img']) {
    const path = join(tree, name);
    const linked = (await lstat(path).catch(whenMissing(undefined)))?.isSymbolicLink() === true;
    if (linked && (await stat(path).catch(whenMissing(undefined)))?.isFile() === true) continue;
    throw new UserError(`the image has no /${name} that leads to a file, so that no machine could start from it`, {
      hint: `add linux-image-${arch} and initramfs-tools to \`include\` of the recipe`,
    });
  }
}

/** How many packages dpkg has installed in a tree. */
export async function countPackages(tree: string): Promise<number> {
  const status = await readFile(join(tree, 'var/lib/dpkg/status'), 'utf8');
  return status.split('\n').filter((line) => line === 'Status: install ok installed').length;
}
