import { UserError } from '../../lib/errors.ts';
import { CommandError } from '../../lib/run-command.ts';
import type { CommandOptions, CommandResult, RunCommand } from '../../lib/run-command.ts';
import { parseMachdb } from '../parse.ts';
import type { Machdb } from '../types.ts';

/** Where a database is in a repository; `path` is how git and the user name it. */
type Folder = { readonly path: string; readonly object: string };
type Blob = { readonly name: string; readonly mode: string; readonly id: string; readonly sizeBytes: number };
/** Runs git in the repository. */
export type Git = (args: readonly string[], options?: CommandOptions) => Promise<CommandResult>;

// Git's answer is held in memory as a whole.
const MOST_BYTES_AT_ONCE = 16 * 1024 * 1024;
const REGULAR_FILES = new Set(['100644', '100755']);

/**
 * The database of a site as it is in a revision of its git repository. Files are named as git names them,
 * `main:examples/lab/machdb/lab.db`. Nothing is checked out.
 * @throws UserError when there is no such revision or repository; FaultsError when the database is faulty.
 */
export async function loadRevision(revision: string, site: string, run: RunCommand): Promise<Machdb> {
  const git: Git = async (args, options) => await run(['git', ...args], { ...options, cwd: site });
  const path = `${await findPrefix(git, revision, site)}machdb`;
  const commit = await findCommit(git, revision, site);
  const folder = { path: `${revision}:${path}`, object: `${commit}:${path}` };
  return parseMachdb(await readBlobs(git, folder, await listBlobs(git, folder)));
}

/** The site's folder in the repository, with a final slash; empty at the top. */
export async function findPrefix(git: Git, revision: string, site: string): Promise<string> {
  try {
    const { stdout } = await git(['rev-parse', '--show-prefix']);
    return stdout.replace(/\n$/, '');
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    const said = error.result?.stderr.trim().split('\n')[0] ?? error.message;
    const message = `'${revision}' is not a directory, and cannot be a revision: ${site} is not in a git repository`;
    throw new UserError(`${message} (${said})`, {
      exitCode: 2,
      hint: 'give two directories, or --site with a site that is kept in git',
    });
  }
}

/** The commit that a revision names. @throws UserError when there is none */
export async function findCommit(git: Git, revision: string, site: string): Promise<string> {
  const args = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`];
  const { exitCode, stdout } = await git(args, { okExitCodes: [0, 1, 128] });
  const commit = stdout.trim();
  if (exitCode === 0 && /^[0-9a-f]{40,64}$/.test(commit)) return commit;
  throw new UserError(`'${revision}' is neither a directory nor a revision of the git repository that holds ${site}`, {
    exitCode: 2,
    hint: 'git log --oneline shows the revisions',
  });
}

/** The files of the database, in the order in which loadMachdb reads them. */
async function listBlobs(git: Git, { path, object }: Folder): Promise<Blob[]> {
  const args = ['ls-tree', '-z', '-l', '--full-tree', '--end-of-options', object];
  const { stdout } = await git(args, { okExitCodes: [0, 128] });
  const entries = stdout.matchAll(/([0-9]+) \w+ ([0-9a-f]+) +([0-9]+|-)\t([^\0]+)\0/g);
  const blobs = [...entries].map(([, mode = '', id = '', size, name = '']) => ({
    name,
    mode,
    id,
    sizeBytes: Number(size),
  }));
  const wanted = blobs.filter(({ name }) => name.endsWith('.db') && !name.startsWith('.'));
  if (wanted.length === 0) throw new UserError(`no file *.db in ${path}`, { exitCode: 2 });
  const strange = wanted.find(({ mode }) => !REGULAR_FILES.has(mode));
  if (strange === undefined) return wanted.sort((a, b) => (a.name < b.name ? -1 : 1));
  throw new UserError(`${path}/${strange.name} is not a regular file`, {
    exitCode: 2,
    hint: 'check the revision out with git worktree, and compare directories',
  });
}

async function readBlobs(
  git: Git,
  { path }: Folder,
  blobs: readonly Blob[],
): Promise<{ path: string; text: string }[]> {
  const files: { path: string; text: string }[] = [];
  for (const batch of cutIntoBatches(blobs)) {
    const stdin = batch.map(({ id }) => `${id}\n`).join('');
    const { stdout } = await git(['cat-file', '--batch'], { stdin, stdoutEncoding: 'latin1' });
    const bytes = Buffer.from(stdout, 'latin1');
    let at = 0;
    for (const { name, sizeBytes } of batch) {
      // `ID blob SIZE`, line end, the content, line end.
      const start = bytes.indexOf(0x0a, at) + 1;
      at = start + sizeBytes + 1;
      files.push({ path: `${path}/${name}`, text: decode(bytes.subarray(start, at - 1), `${path}/${name}`) });
    }
  }
  return files;
}

function cutIntoBatches(blobs: readonly Blob[]): Blob[][] {
  const batches: Blob[][] = [];
  let sizeBytes = 0;
  for (const blob of blobs) {
    sizeBytes += blob.sizeBytes;
    const batch = batches.at(-1);
    if (batch !== undefined && sizeBytes <= MOST_BYTES_AT_ONCE) batch.push(blob);
    else {
      batches.push([blob]);
      sizeBytes = blob.sizeBytes;
    }
  }
  return batches;
}

function decode(bytes: Uint8Array, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new UserError(`${path} is not UTF-8`, { exitCode: 2, cause: error });
  }
}
