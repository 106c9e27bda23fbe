// Files onto a mounted EFI system partition. In: its mount point, files with their bytes. Out: what was not as wanted,
// each file replaced by one rename. Never: a moment in which a file that was whole is not; a write without the room for
// all; the fallback of another system.
import { mkdir, open, readFile, rename, rm, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { formatBytes } from '../../../lib/bytes.ts';
import { UserError } from '../../../lib/errors.ts';
import { whenMissing } from '../../../lib/when-missing.ts';
import { sha256 } from './esp-file.ts';
import { explainEspError, FULL_HINT } from './esp-write-error.ts';

export type EspBytes = { readonly path: string; readonly bytes: Uint8Array; readonly isFallback?: true };

export type EspDifference = {
  readonly path: string;
  readonly action: 'created' | 'replaced';
  /** Of what is there. */
  readonly sha256?: string;
};

/** Short, as FAT without long names has it; one at a time, so that what a killed run left is replaced. */
const TEMPORARY = 'gutinteg.new';

/** What is missing or has other bytes, in the order of the files. */
export async function compareEspFiles(top: string, files: readonly EspBytes[]): Promise<EspDifference[]> {
  const differences: EspDifference[] = [];
  for (const { path, bytes } of files) {
    const now = await readFile(join(top, path)).catch(whenMissing(undefined));
    if (now === undefined) differences.push({ path, action: 'created' });
    else if (!now.equals(bytes)) differences.push({ path, action: 'replaced', sha256: sha256(now) });
  }
  return differences;
}

/**
 * Writes what differs, in the order of the files, each synced before and after its rename.
 * @throws UserError when there is no room for all of it, and nothing was written; or when the system refuses a file, and
 * those before it are new, and none is half written
 */
export async function writeEspFiles(top: string, files: readonly EspBytes[]): Promise<EspDifference[]> {
  const differences = await compareEspFiles(top, files);
  const paths = new Map(differences.map((each) => [each.path, each]));
  const wrong = files.filter(({ path }) => paths.has(path));
  for (const directory of new Set(files.map(({ path }) => dirname(path)))) {
    await explainEspError(top, directory, async () => rm(join(top, directory, TEMPORARY), { force: true }));
  }
  await assertRoom(top, wrong);
  for (const { path, bytes } of wrong) await explainEspError(top, path, async () => replace(join(top, path), bytes));
  return differences;
}

/** A file that is replaced needs its room twice until the rename; FAT gives it in clusters. */
async function assertRoom(top: string, wrong: readonly EspBytes[]): Promise<void> {
  if (wrong.length === 0) return;
  const { bavail, bsize } = await statfs(top);
  const neededBytes = wrong.reduce((sum, { bytes }) => sum + Math.ceil(bytes.length / bsize) * bsize, 0);
  if (bavail * bsize >= neededBytes) return;
  throw new UserError(
    `the EFI system partition has ${formatBytes(bavail * bsize)} free, and ${formatBytes(neededBytes)} are needed; nothing was written to it`,
    { hint: FULL_HINT },
  );
}

async function replace(place: string, bytes: Uint8Array): Promise<void> {
  const directory = dirname(place);
  const temporary = join(directory, TEMPORARY);
  await mkdir(directory, { recursive: true });
  // FAT frees the clusters of a file that a rename replaces in another sector than its name. As long as it is open, they
  // stay, so that the name leads to the old file or to the new one, whichever of the two sectors a power cut loses.
  await using _before = await open(place, 'r').catch(whenMissing(undefined));
  await using file = await open(temporary, 'w', 0o600);
  await file.writeFile(bytes);
  await file.sync();
  await rename(temporary, place);
  // Of the file, not of its directory: on FAT that is what writes where the name leads.
  await file.sync();
  await using parent = await open(directory, 'r');
  await parent.sync();
}
