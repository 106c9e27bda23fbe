// Which files of a revision make up a site. In: what `git ls-tree -r -z` prints. Out: their paths, or every reason why
// they must not be written to a disk. Never: I/O.
import { FaultsError } from '../../lib/errors.ts';
import type { Fault } from '../../lib/errors.ts';
import { isPackagePath } from '../../packagelink/package/package-path.ts';

const LINK = '120000';
const FILES = new Set(['100644', '100664', '100755']);
// Inside a package a link is content. Anywhere else it would lead whoever reads the site out of the revision.
const IN_PACKAGE = /^packages\/[^/]+(?:\/(?!\.packagelink\.yaml$)|$)/;

type Found = { readonly mode: string; readonly path: string; readonly inSite: string };

/**
 * The paths in the repository, byte for byte as latin1. `prefix` is the site's place in it, with a final slash or empty.
 * @throws FaultsError for submodules, for links outside of packages, and for paths that lead elsewhere
 */
export function planCheckout(listing: string, prefix: string, revision: string): string[] {
  const found = [...listing.matchAll(/([0-9]+) \w+ [0-9a-f]+\t([^\0]+)\0/g)].map(([, mode = '', path = '']): Found => ({
    mode,
    path,
    inSite: path.slice(prefix.length),
  }));
  const links = new Set(found.filter(({ mode }) => mode === LINK).map(({ path }) => path));
  const faults = found.flatMap((entry): Fault[] => {
    const message = findProblem(entry, links);
    const where = `${revision}:${Buffer.from(entry.path, 'latin1').toString('utf8')}`;
    return message === undefined ? [] : [{ severity: 'error', where, message }];
  });
  if (faults.length === 0) return found.map(({ path }) => path);
  throw new FaultsError(`reading the site from ${revision}`, faults, {
    hint: 'check the revision out with git worktree, and compare directories: gutinteg diff --from DIR --to DIR',
  });
}

function findProblem({ mode, path, inSite }: Found, links: ReadonlySet<string>): string | undefined {
  if (!isPackagePath(path)) return 'the path leads out of the site';
  if (parentsOf(path).some((parent) => links.has(parent))) return 'lies below a symbolic link';
  if (mode === LINK) return IN_PACKAGE.test(inSite) ? undefined : 'is a symbolic link, which may lead out of the site';
  return FILES.has(mode) ? undefined : 'is neither a file nor a link, but perhaps a submodule';
}

function parentsOf(path: string): string[] {
  const segments = path.split('/');
  return segments.slice(1).map((_, index) => segments.slice(0, index + 1).join('/'));
}
