// Entries and kernels on an EFI system partition that no menu names any more. In: its mount point, what is wanted. Out:
// their paths; they are removed. Never: looks at anything but our own entries and our own directory; removes a kernel
// before the entries that name it.
import { open, readFile, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { whenMissing } from '../../../lib/when-missing.ts';
import { explainEspError } from '../esp/esp-write-error.ts';
import type { EspBytes } from '../esp/write-esp-files.ts';
import { ENTRIES, KERNELS } from './esp-entries.ts';

/** Entries, then directories of kernels. */
export type Stale = { readonly entries: readonly string[]; readonly kernels: readonly string[] };

export async function findStale(top: string, wanted: readonly EspBytes[]): Promise<Stale> {
  const paths = wanted.map(({ path }) => path.toLowerCase());
  const [entries, kernels] = [await entriesOn(top), await kernelsOn(top)];
  return {
    entries: entries.filter((path) => !paths.includes(path.toLowerCase())),
    kernels: kernels.filter((path) => !paths.some((each) => each.startsWith(`${path.toLowerCase()}/`))),
  };
}

/** What neither is wanted nor named by an entry that is there: a run that was killed, or found no room, left it. */
export async function findOrphans(top: string, wanted: readonly EspBytes[]): Promise<Stale> {
  const texts: string[] = [];
  for (const path of await entriesOn(top)) texts.push((await readFile(join(top, path), 'utf8')).toLowerCase());
  const { kernels } = await findStale(top, wanted);
  const isNamed = (path: string): boolean => texts.some((text) => text.includes(`/${path.toLowerCase()}/`));
  return { entries: [], kernels: kernels.filter((path) => !isNamed(path)) };
}

export async function removeStale(top: string, { entries, kernels }: Stale): Promise<void> {
  for (const path of entries) await explainEspError(top, path, async () => rm(join(top, path)));
  if (entries.length > 0) {
    await using directory = await open(join(top, ENTRIES.directory), 'r');
    await directory.sync();
  }
  for (const path of kernels) await explainEspError(top, path, async () => rm(join(top, path), { recursive: true }));
}

async function entriesOn(top: string): Promise<string[]> {
  const names = await namesIn(join(top, ENTRIES.directory));
  const own = names.filter((name) => name.startsWith(ENTRIES.begins) && name.endsWith(ENTRIES.ends));
  return own.map((name) => `${ENTRIES.directory}/${name}`);
}

async function kernelsOn(top: string): Promise<string[]> {
  return (await namesIn(join(top, KERNELS))).map((name) => `${KERNELS}/${name}`);
}

async function namesIn(directory: string): Promise<string[]> {
  return (await readdir(directory).catch(whenMissing<string[]>([]))).toSorted();
}
