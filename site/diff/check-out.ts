// A site as it is in a git revision. In: a revision, an empty private directory. Out: the site's files below it, as a
// checkout would have them. Never: touches the repository, its index or its working tree; runs its hooks.
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { UserError } from '../../lib/errors.ts';
import type { RunCommand } from '../../lib/run-command.ts';
import { findCommit, findPrefix } from '../../machdb/diff/git-revision.ts';
import type { Git } from '../../machdb/diff/git-revision.ts';
import { planCheckout } from './plan-checkout.ts';

const SITE_FILES = ['site.yaml', 'machdb', 'packages', 'images'];
// The repository's own settings must not make writing a private index run hooks, leave files behind or leave files out.
const QUIET = [
  'core.hooksPath=/dev/null',
  'core.fsmonitor=false',
  'core.splitIndex=false',
  'core.sparseCheckout=false',
];

export type CheckedOut = { readonly dir: string; readonly commit: string };

/**
 * Writes `site.yaml`, `machdb/`, `packages/` and `images/` of a revision below `into`, which is private and empty.
 * @throws UserError (exit code 2) when there is no such revision, or no site in it; FaultsError for what is not written
 */
export async function checkOutSite(options: {
  readonly revision: string;
  /** The site in the working tree of its repository. */
  readonly site: string;
  readonly into: string;
  readonly run: RunCommand;
}): Promise<CheckedOut> {
  const { revision, site, into, run } = options;
  const git: Git = async (args, more) => await run(['git', ...args], { ...more, cwd: site });
  const prefix = await findPrefix(git, revision, site);
  const commit = await findCommit(git, revision, site);
  const wanted = SITE_FILES.map((name) => `${prefix}${name}`);
  const listed = await git(['ls-tree', '-r', '-z', '--full-tree', commit, '--', ...wanted], {
    stdoutEncoding: 'latin1',
  });
  const paths = planCheckout(listed.stdout, prefix, revision);
  const tree = join(into, 'tree');
  await mkdir(tree, { recursive: true });
  if (paths.includes(`${prefix}site.yaml`)) {
    await writeFiles({ git, tree, commit, paths, index: join(into, 'index') });
    return { dir: join(tree, prefix), commit };
  }
  throw new UserError(`${revision} has no ${prefix}site.yaml, so it holds no site`, {
    exitCode: 2,
    hint: `git log --oneline -- ${prefix}site.yaml   shows the revisions that touch it`,
  });
}

async function writeFiles(input: {
  readonly git: Git;
  readonly tree: string;
  readonly commit: string;
  readonly paths: readonly string[];
  readonly index: string;
}): Promise<void> {
  const { git, tree, commit, paths, index } = input;
  const gitDir = (await git(['rev-parse', '--absolute-git-dir'])).stdout.replace(/\n$/, '');
  const settings = QUIET.flatMap((setting) => ['-c', setting]);
  const inTree = ['-C', resolve(tree), `--git-dir=${gitDir}`, `--work-tree=${resolve(tree)}`, ...settings];
  const env = { GIT_INDEX_FILE: resolve(index), GIT_OPTIONAL_LOCKS: '0' };
  await git([...inTree, 'read-tree', commit], { env });
  const stdin = Buffer.from(paths.map((path) => `${path}\0`).join(''), 'latin1');
  await git([...inTree, 'checkout-index', '-z', '--stdin'], { env, stdin });
}
