// What the files of a package really are: looked at, not asked for. In: what the package system says of them. Out: the same
// with type, owner, mode and size. Never: opens a file or follows a link at its end.
import { lstat, readFile, readlink } from 'node:fs/promises';
import type { Stats } from 'node:fs';
import { join } from 'node:path';
import type { ClaimedFile } from './package-system.ts';

export type SeenFile = {
  readonly path: string;
  readonly type: 'file' | 'directory' | 'link' | 'missing' | 'other';
  /** Of a symbolic link. */
  readonly target?: string;
  /** Names, or numbers that have none; empty where nothing is seen. */
  readonly owner: string;
  readonly group: string;
  /** Permission bits in octal: `0755`. */
  readonly mode: string;
  readonly sizeBytes: number;
  readonly isConfiguration: boolean;
  readonly status: 'ok' | 'changed' | 'missing' | 'unknown';
  readonly differs: readonly string[];
};

/** So many are looked at side by side. */
const SLICE = 64;

/** In the order of the claims. Paths are below `root`. */
export async function lookAtFiles(claims: readonly ClaimedFile[], root = '/'): Promise<SeenFile[]> {
  const nameOwner = await readNames(join(root, 'etc/passwd'));
  const nameGroup = await readNames(join(root, 'etc/group'));
  const seen: SeenFile[] = [];
  for (let start = 0; start < claims.length; start += SLICE) {
    const slice = claims.slice(start, start + SLICE);
    seen.push(...(await Promise.all(slice.map(async (claim) => lookAt(claim, { root, nameOwner, nameGroup })))));
  }
  return seen;
}

type Names = (id: number) => string;

async function lookAt(
  claim: ClaimedFile,
  { root, nameOwner, nameGroup }: { root: string; nameOwner: Names; nameGroup: Names },
): Promise<SeenFile> {
  const file = join(root, claim.path);
  const { path, isConfiguration, differs } = claim;
  const stats = await lstat(file).catch((error: NodeJS.ErrnoException) => error);
  if (stats instanceof Error) {
    const isGone = stats.code === 'ENOENT' || stats.code === 'ENOTDIR';
    const status = !isGone ? 'unknown' : claim.mayBeMissing ? 'ok' : 'missing';
    return { path, type: isGone ? 'missing' : 'other', ...UNSEEN, isConfiguration, status, differs };
  }
  const type = typeOf(stats);
  return {
    path,
    type,
    ...(type === 'link' ? { target: await readlink(file).catch(() => '') } : {}),
    owner: nameOwner(stats.uid),
    group: nameGroup(stats.gid),
    mode: (stats.mode & 0o7777).toString(8).padStart(4, '0'),
    sizeBytes: stats.size,
    isConfiguration,
    status: statusOf(claim, type),
    differs,
  };
}

const UNSEEN = { owner: '', group: '', mode: '', sizeBytes: 0 } as const;

/** A directory that is there has nothing more to check. A file that the check missed has come back since. */
function statusOf({ status }: ClaimedFile, type: SeenFile['type']): SeenFile['status'] {
  if (status === 'unchecked') return type === 'directory' ? 'ok' : 'unknown';
  return status === 'missing' ? 'unknown' : status;
}

function typeOf(stats: Stats): SeenFile['type'] {
  if (stats.isFile()) return 'file';
  if (stats.isDirectory()) return 'directory';
  return stats.isSymbolicLink() ? 'link' : 'other';
}

/** `root:x:0:…`; what only a directory service knows keeps its number. */
async function readNames(file: string): Promise<Names> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const names = new Map(
    text
      .split('\n')
      .map((line) => line.split(':'))
      .map(([name = '', , id = '']) => [id, name]),
  );
  return (id) => names.get(String(id)) ?? String(id);
}
