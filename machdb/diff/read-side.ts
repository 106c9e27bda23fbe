// The two sides of a comparison. In: what a user wrote for OLD or NEW. Out: a database. Never: changes the repository.
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../lib/errors.ts';
import type { RunCommand } from '../../lib/run-command.ts';
import { whenMissing } from '../../lib/when-missing.ts';
import { loadMachdb } from '../load.ts';
import type { Machdb } from '../types.ts';
import { loadRevision } from './git-revision.ts';

/**
 * Reads one side. An existing directory is read as it is: a site, or a directory that holds the files *.db itself.
 * Anything else is a revision of the git repository that holds `site`; nothing at all is `site` as it is now.
 * @throws UserError when it is neither; FaultsError when its database is faulty.
 */
export async function readSide(side: string | undefined, site: string, run: RunCommand): Promise<Machdb> {
  const dir = side ?? site;
  if (side !== undefined && !(await isDirectory(dir))) {
    if (await isDirectory(site)) return await loadRevision(side, site, run);
    const hint = 'give --site the directory that holds machdb/';
    throw new UserError(`neither '${side}' nor --site ${site} is a directory`, { exitCode: 2, hint });
  }
  const inner = join(dir, 'machdb');
  return await loadMachdb((await isDirectory(inner)) ? inner : dir);
}

async function isDirectory(path: string): Promise<boolean> {
  const found = await stat(path).catch(whenMissing(undefined));
  return found?.isDirectory() === true;
}
