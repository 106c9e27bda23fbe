// Package files that nobody needs any more are taken away once a day. In: a fleet. Out: nothing; the log says which. Never: takes one that a
// job needs which has not ended, or a schedule.
import type { Fleet } from '../fleet.ts';
import { dropStale } from './fetches.ts';
import type { PackageFiles } from './package-files.ts';
import { findUsersOfFiles } from './users-of-files.ts';

const DAY_MS = 86_400_000;
/** Since it was added, or a job was made with it. */
const KEPT_DAYS = 30;

/** @returns the names of those that went */
export async function tidyPackageFiles({ store: { queries }, now }: Fleet, { store }: PackageFiles): Promise<string[]> {
  await dropStale(store, now() - DAY_MS);
  const needed = await findUsersOfFiles(queries);
  const gone: string[] = [];
  for (const { sha256, fileName } of await store.list()) {
    if (needed.has(sha256) || (await store.usedAt(sha256)) > now() - KEPT_DAYS * DAY_MS) continue;
    await store.remove(sha256);
    gone.push(fileName);
  }
  return gone;
}
