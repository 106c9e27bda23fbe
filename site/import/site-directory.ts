// The directory of packages of a site, opened so that no link in the site leads elsewhere. In: a site directory.
// Out: paths by way of open directories. Never: follows a link below the site, whoever owns it.
import { closeSync, constants, lstatSync, mkdirSync, openSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../lib/errors.ts';

export type SiteDirectory = {
  /** The site itself. Programs that we start find it as well. */
  readonly site: string;
  /** Its `packages`, which is made if it is not there. */
  readonly packages: string;
  readonly close: () => void;
  /** Removes `packages` again if it was made and is empty. */
  readonly undo: () => void;
};

const OPEN = constants.O_RDONLY | constants.O_DIRECTORY;

/** @throws UserError when `packages` is a link or no directory */
export function openSiteDirectory(siteDir: string): SiteDirectory {
  const site = openSync(siteDir, OPEN);
  try {
    const place = join(throughDescriptor(site), 'packages');
    const isNew = lstatSync(place, { throwIfNoEntry: false }) === undefined;
    if (isNew) mkdirSync(place);
    const packages = openBelow(place, join(siteDir, 'packages'));
    const close = () => [packages, site].forEach((fd) => closeSync(fd));
    const undo = () => isNew && removeIfEmpty(place);
    return { site: throughDescriptor(site), packages: throughDescriptor(packages), close, undo };
  } catch (error) {
    closeSync(site);
    throw error;
  }
}

/** A path that names an open directory, for other processes of the same user, too. */
export function throughDescriptor(fd: number): string {
  return `/proc/${process.pid}/fd/${fd}`;
}

function removeIfEmpty(dir: string): void {
  try {
    rmdirSync(dir);
  } catch (error) {
    // Another import has put its package there meanwhile.
    if ((error as NodeJS.ErrnoException).code !== 'ENOTEMPTY') throw error;
  }
}

/** @param shown how the user knows it */
function openBelow(place: string, shown: string): number {
  if (lstatSync(place).isDirectory()) return openSync(place, OPEN | constants.O_NOFOLLOW);
  throw new UserError(
    `importing into ${shown}: it is not a directory, and links are not followed; nothing was changed`,
    { exitCode: 2 },
  );
}
