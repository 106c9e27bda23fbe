// Programs of the ramdisk with the libraries they need. In: files of an unpacked Debian. Out: entries. Never: runs them.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Architecture } from '../../lib/architecture.ts';
import { UserError } from '../../lib/errors.ts';
import { whenMissing } from '../../lib/when-missing.ts';
import { readNeededLibraries } from './elf-needed.ts';
import type { RamdiskEntry } from './cpio.ts';

type Libraries = {
  /** An unpacked Debian. */
  readonly root: string;
  readonly architecture: Architecture;
};

/** Entries for programs, name in /usr/bin → path on this computer, and for all their libraries out of `root`. */
export async function collectPrograms(
  from: Libraries,
  programs: Readonly<Record<string, string>>,
): Promise<RamdiskEntry[]> {
  const entries: RamdiskEntry[] = [];
  const libraries = new Map<string, string>();
  for (const [name, source] of Object.entries(programs)) {
    entries.push({ path: `usr/bin/${name}`, kind: 'file', mode: 0o755, source });
    await addLibraries(from, source, libraries);
  }
  const { multiarch, dynamicLoader } = from.architecture;
  for (const [name, source] of libraries) {
    entries.push({ path: `usr/lib/${multiarch}/${name}`, kind: 'file', mode: 0o755, source });
  }
  const { directory, name } = dynamicLoader;
  entries.push({ path: `usr/${directory}/${name}`, kind: 'link', target: `../lib/${multiarch}/${name}` });
  return entries;
}

async function addLibraries(from: Libraries, source: string, libraries: Map<string, string>): Promise<void> {
  for (const name of readNeededLibraries(await readFile(source))) {
    if (libraries.has(name)) continue;
    const library = await findLibrary(from, name, source);
    libraries.set(name, library);
    await addLibraries(from, library, libraries);
  }
}

async function findLibrary({ root, architecture }: Libraries, name: string, wantedBy: string): Promise<string> {
  for (const folder of [`lib/${architecture.multiarch}`, `usr/lib/${architecture.multiarch}`]) {
    const path = join(root, folder, name);
    if (await readFile(path).catch(whenMissing(undefined))) return path;
  }
  throw new UserError(`building the boot ramdisk: ${wantedBy} needs ${name}, which no package of the recipe has`);
}
