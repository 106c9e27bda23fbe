// Gives a state directory to a server that is not root. In: the directory, the user. Out: what was changed.
// Never: follows a symbolic link; looks into a directory that already belongs to the server, which could change its
// names.
import type { Stats } from 'node:fs';
import { chmod, lchown, lstat, mkdir, open, readdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../lib/errors.ts';
import { whenMissing } from '../lib/when-missing.ts';
import { planHandOver } from './plan-hand-over.ts';
import type { HandOverStep, Observed } from './plan-hand-over.ts';
import type { Account } from './find-account.ts';
import { stateLayout } from './state-layout.ts';

/** What a directory of some size must hold before it is taken for a state directory. */
const MARKS = ['keys', 'store', 'fleet'];

/**
 * The steps that give a state directory to the user that serves from it; none when it is his already, or was made so.
 * @throws UserError (exit code 2) when the directory is somebody else's, or holds other things
 */
export async function readHandOver(stateDir: string, account: Account): Promise<HandOverStep[]> {
  const observed = new Map<string, Observed>();
  const top = await look(await resolved(stateDir));
  if (top !== undefined && top.uid === account.uid) return [];
  await checkIsState(stateDir, top, account);
  for (const { path, owner } of stateLayout) {
    const found = await look(join(stateDir, path));
    if (found === undefined) continue;
    observed.set(path, path === '' && top !== undefined ? top : found);
    if (owner === 'service' && isRootsDirectory(found)) await lookInside(stateDir, path, observed);
  }
  return planHandOver(observed, account);
}

/** Carries the steps out. @throws UserError that names the path */
export async function handOver(stateDir: string, steps: readonly HandOverStep[]): Promise<void> {
  for (const step of steps) {
    const path = step.path === '' ? await resolved(stateDir) : join(stateDir, step.path);
    await apply(path, step).catch((cause: unknown) => {
      throw new UserError(`handing ${path} over to the server's user (${step.do})`, { cause, hint: `ls -ld ${path}` });
    });
  }
}

async function apply(path: string, step: HandOverStep): Promise<void> {
  if (step.do === 'chown') return lchown(path, step.uid, step.gid);
  if (step.do === 'chmod') return chmod(path, step.mode);
  if (step.kind === 'directory') await mkdir(path, { recursive: step.path === '' });
  else await (await open(path, 'wx')).close();
  await chmod(path, step.mode);
}

async function checkIsState(stateDir: string, top: Observed | undefined, { name }: Account): Promise<void> {
  if (top === undefined) return;
  const names = top.kind === 'directory' ? await readdir(stateDir) : [];
  if (top.kind !== 'directory' || (names.length > 0 && !MARKS.some((mark) => names.includes(mark)))) {
    throw new UserError(`${stateDir} is not a state directory (${MARKS.join(', ')}); nothing was changed`, {
      exitCode: 2,
      hint: '--state DIRECTORY, which may be missing or empty',
    });
  }
  if (top.uid === 0) return;
  throw new UserError(`${stateDir} belongs to neither root nor ${name}, but to uid ${top.uid}; nothing was changed`, {
    exitCode: 2,
    hint: `chown root ${stateDir}, or --user`,
  });
}

/** `/var/lib/gutinteg` may be a link to a larger disk. */
async function resolved(dir: string): Promise<string> {
  return realpath(dir).catch(whenMissing(dir));
}

async function lookInside(stateDir: string, dir: string, observed: Map<string, Observed>): Promise<void> {
  for (const name of await readdir(join(stateDir, dir))) {
    const path = join(dir, name);
    const found = await look(join(stateDir, path));
    if (found === undefined || observed.has(path)) continue;
    observed.set(path, found);
    if (isRootsDirectory(found)) await lookInside(stateDir, path, observed);
  }
}

function isRootsDirectory({ kind, uid }: Observed): boolean {
  return kind === 'directory' && uid === 0;
}

async function look(path: string): Promise<Observed | undefined> {
  const found = await lstat(path).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return undefined;
    throw new UserError(`looking at ${path}`, { cause });
  });
  if (found === undefined) return undefined;
  refuseHardLink(path, found);
  const kind = found.isDirectory() ? 'directory' : found.isSymbolicLink() ? 'link' : 'file';
  return { kind, uid: found.uid, gid: found.gid, mode: found.mode & 0o7777 };
}

/**
 * A second name may lie anywhere on the file system, and giving this one away gives that away, too: whoever can make
 * files in the state could have made it (fs.protected_hardlinks is not set on every computer).
 */
function refuseHardLink(path: string, found: Stats): void {
  if (!found.isFile() || found.nlink === 1 || found.uid !== 0) return;
  throw new UserError(`${path} is root's and has ${found.nlink} names (hard links); nothing was changed`, {
    exitCode: 2,
    hint: `cp -p ${path} ${path}.new && mv ${path}.new ${path}, if it is what it should be`,
  });
}
