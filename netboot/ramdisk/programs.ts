// Programs of the ramdisk with the libraries they need. In: files of an unpacked Debian. Out: entries. Never: runs them.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../lib/errors.ts';
import { readNeededLibraries } from './elf-needed.ts';
import type { RamdiskEntry } from './cpio.ts';

const LIBRARY_FOLDERS = ['lib/x86_64-linux-gnu', 'usr/lib/x86_64-linux-gnu'];
const LOADER = 'ld-linux-x86-64.so.2';

/** Entries for programs, name in /usr/bin → path on this computer, and for all their libraries out of `root`. */
export async function collectPrograms(
  root: string,
  programs: Readonly<Record<string, string>>,
): Promise<RamdiskEntry[]> {
  const entries: RamdiskEntry[] = [];
  const libraries = new Map<string, string>();
  for (const [name, source] of Object.entries(programs)) {
    entries.push({ path: `usr/bin/${name}`, kind: 'file', mode: 0o755, source });
    await addLibraries(root, source, libraries);
  }
  for (const [name, source] of libraries) {
    entries.push({ path: `usr/lib/x86_64-linux-gnu/${name}`, kind: 'file', mode: 0o755, source });
  }
  entries.push({ path: `usr/lib64/${LOADER}`, kind: 'link', target: `../lib/x86_64-linux-gnu/${LOADER}` });
  return entries;
}

async function addLibraries(root: string, source: string, libraries: Map<string, string>): Promise<void> {
  for (const name of readNeededLibraries(await readFile(source))) {
    if (libraries.has(name)) continue;
    const library = await findLibrary(root, name, source);
    libraries.set(name, library);
    await addLibraries(root, library, libraries);
  }
}

async function findLibrary(root: string, name: string, wantedBy: string): Promise<string> {
  for (const folder of LIBRARY_FOLDERS) {
    const path = join(root, folder, name);
    if (await readFile(path).catch(() => undefined)) return path;
  }
  throw new UserError(`building the boot ramdisk: ${wantedBy} needs ${name}, which no package of the recipe has`);
}
