// The service's files, user and directories on a computer, or in a tree that will be one. In: a plan. Out: what was
// done. Never: starts or enables anything; replaces a file that somebody has edited.
import { mkdir, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { UserError } from '../lib/errors.ts';
import { readIfThere } from '../lib/read-if-there.ts';
import { runCommand } from '../lib/run-command.ts';
import { writeFileAtomically } from '../lib/write-file-atomically.ts';
import { servicePaths } from './plan-install.ts';
import type { PlannedFile } from './plan-install.ts';

/** The texts that are there, by their path below the root directory. @throws UserError */
export async function readServiceFiles(root: string): Promise<Map<string, string>> {
  const present = new Map<string, string>();
  for (const path of Object.values(servicePaths)) {
    const text = (await readIfThere(join(root, path)))?.toString();
    if (text !== undefined) present.set(path, text);
  }
  return present;
}

/** Writes what is new or replaced. @throws UserError that names the file */
export async function writeServiceFiles(root: string, files: readonly PlannedFile[]): Promise<void> {
  for (const { path, text, verdict } of files) {
    if (verdict !== 'new' && verdict !== 'replaced') continue;
    await writeFile(join(root, path), text);
  }
}

async function writeFile(path: string, text: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFileAtomically(path, text);
  } catch (cause) {
    throw new UserError(`writing ${path}; files before it in the list were written`, { cause, hint: 'sudo' });
  }
}

export async function removeServiceFiles(root: string, paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    await rm(join(root, path), { force: true }).catch((cause: unknown) => {
      throw new UserError(`removing ${join(root, path)}`, { cause, hint: 'sudo' });
    });
  }
}

/** Makes the user of this computer that the file describes. @see systemd-sysusers(8) */
export async function makeUser(): Promise<void> {
  await runCommand(['systemd-sysusers', `/${servicePaths.accounts}`]);
}

/** Lets systemd read the units again; false where systemd does not run. @see sd_booted(3) */
export async function reloadSystemd(): Promise<boolean> {
  const runs = await stat('/run/systemd/system').then(
    () => true,
    () => false,
  );
  if (runs) await runCommand(['systemctl', 'daemon-reload']);
  return runs;
}
