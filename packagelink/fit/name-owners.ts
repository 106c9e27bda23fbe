// Owners that packages give by name. In: a tree, a target, a source of contents. Out: the tree with the numbers that
// these names will have on the target once the tree is laid down. Never: writes; follows a link of the target.
import { closeSync, constants, openSync, readFileSync } from 'node:fs';
import { UserError } from '../../lib/errors.ts';
import { parseAccounts, resolveOwners, usesNames } from '../tree/accounts.ts';
import { openTarget } from '../filesystem/confined-directory.ts';
import { sha256 } from '../package/digest.ts';
import type { Fetcher } from '../contents/fetch.ts';
import { readSource } from '../contents/read-source.ts';
import { preprocess } from '../package/preprocess.ts';
import type { MergedTree, TreeEntry, WantedFile } from '../tree/tree.ts';

type Source = {
  /** The target's real path; none when there is no target yet. */
  readonly root?: string;
  readonly fetcher: Fetcher;
  /** Whether a path stays as it is on the target, if it is there. */
  readonly isKept: (entry: TreeEntry) => boolean;
  /** SHA-256 of the bytes that each path will have, where it is known: then the target's own file may have them. */
  readonly digests?: ReadonlyMap<string, string>;
};

/**
 * Looks up named owners in the etc/passwd and etc/group that the target will have: its own where they stay, or else
 * those of the tree. Reads nothing when the tree has no names.
 * @throws FaultsError with every unknown name; UserError when the files cannot be read
 */
export async function nameOwners(tree: MergedTree, source: Source): Promise<MergedTree> {
  if (!usesNames(tree)) return tree;
  const [users, groups] = [
    await readAccounts('etc/passwd', tree, source),
    await readAccounts('etc/group', tree, source),
  ];
  return resolveOwners(tree, { users, groups });
}

async function readAccounts(path: string, tree: MergedTree, source: Source): Promise<Map<string, number>> {
  const wanted = tree.entries.find((entry) => entry.path === path);
  const file = wanted?.type === 'hardlink' ? tree.entries.find((entry) => entry.path === wanted.target) : wanted;
  const own = source.root === undefined ? undefined : readOwn(source.root, path);
  if (own !== undefined && (wanted === undefined || source.isKept(wanted) || sha256(own) === source.digests?.get(path)))
    return parseAccounts(own.toString());
  return file?.type === 'file'
    ? parseAccounts(Buffer.from(await readContent(file, source.fetcher)).toString())
    : new Map();
}

function readOwn(root: string, path: string): Buffer | undefined {
  const directories = openTarget(root);
  try {
    const fd = openSync(directories.at(path), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      return readFileSync(fd);
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    const cause = error instanceof UserError ? error.cause : error;
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new UserError(`reading ${path} of the target, to look up the owners of files`, { cause: error });
  } finally {
    directories.close();
  }
}

async function readContent({ path, owner, content }: WantedFile, fetcher: Fetcher): Promise<Uint8Array> {
  const source = await readSource(content, fetcher);
  return content.kind === 'template' ? preprocess(source, content.defines, `${path} of ${owner}`) : source;
}
