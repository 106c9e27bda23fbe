// Both sides of a comparison. In: what a user wrote for them. Out: two sides as data. Never: changes a repository.
import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../lib/errors.ts';
import type { RunCommand } from '../../lib/run-command.ts';
import { whenCode } from '../../lib/when-missing.ts';
import { checkOutSite } from './check-out.ts';
import type { SitePair } from './compare-sites.ts';
import { readSide } from './read-side.ts';
import type { Side } from './read-side.ts';

type SidesInput = {
  /** Revisions; `from` and `to` are directories in their place. */
  readonly old: string | undefined;
  readonly current: string | undefined;
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly site: string;
  /** Private and empty; revisions are written below it. */
  readonly dir: string;
  readonly run: RunCommand;
};

/** @throws UserError or FaultsError (exit code 2) for a revision or a directory that holds no sound site */
export async function readSides(input: SidesInput): Promise<SitePair> {
  const { old, current, from, to, site } = input;
  if ((from !== undefined && old !== undefined) || (to !== undefined && current !== undefined)) {
    throw new UserError('a side is either a revision or a directory: --from and --to stand in place of revisions', {
      exitCode: 2,
    });
  }
  const before = from === undefined ? await readRevision(old ?? 'HEAD', 'old', input) : await readSide(from, from);
  if (to !== undefined) return { before, after: await readSide(to, to) };
  const after =
    current === undefined ? await readSide(site, 'the working tree') : await readRevision(current, 'new', input);
  return { before, after };
}

async function readRevision(revision: string, name: string, { site, dir, run }: SidesInput): Promise<Side> {
  const into = join(dir, name);
  await mkdir(into, { mode: 0o700 });
  try {
    const { dir: tree } = await checkOutSite({ revision, site, into, run });
    return await readSide(tree, revision);
  } catch (error) {
    throw (await isDirectory(revision)) ? directoryError(revision, error) : error;
  }
}

async function isDirectory(path: string): Promise<boolean> {
  const found = await stat(path).catch(whenCode(['ENOENT', 'ENOTDIR', 'ENAMETOOLONG'], undefined));
  return found?.isDirectory() === true;
}

function directoryError(path: string, cause: unknown): UserError {
  return new UserError(`'${path}' is a directory, and cannot be read as a revision`, {
    exitCode: 2,
    cause,
    hint: 'gutinteg diff --from DIR --to DIR',
  });
}
