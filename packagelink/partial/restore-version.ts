// Brings one kept version back by hand. In: a target, its state database, the number of a version. Out: the path as it
// was; what stood there is kept in its turn. Never: follows a link out of the target.
import { lstatSync, readlinkSync, realpathSync } from 'node:fs';
import { UserError } from '../../lib/errors.ts';
import { restorePath } from './change-path.ts';
import { openTarget } from '../filesystem/confined-directory.ts';
import { withLock } from '../filesystem/file-lock.ts';
import { beginHistory, historyDirectory, readHistory } from '../state/history.ts';
import type { Keep, KeptVersion } from '../state/history.ts';
import { hashFile } from '../filesystem/hash-file.ts';
import { syncFileSystems } from '../native/sync-file-systems.ts';
import { syncTarget } from './stage-files.ts';
import type { Staging } from './stage-files.ts';

type Restoration = {
  readonly target: string;
  readonly stateFile: string;
  /** A package path. */
  readonly path: string;
  /** The number of a version; the newest unless given. */
  readonly id?: number;
};

const LOCK_TIMEOUT_MS = 60_000;

/**
 * Brings a version back to its path and answers it. A path that belongs to a package is put right again by the next
 * run, unless it is pinned.
 * @throws UserError (exit code 2) when nothing was kept
 */
export async function restoreVersion(restoration: Restoration): Promise<KeptVersion> {
  const { target, stateFile, path, id } = restoration;
  return await withLock(
    `${stateFile}.lock`,
    async () => {
      const version = readHistory(stateFile, path).find((kept) => id === undefined || kept.id === id);
      if (version === undefined) {
        const which = id === undefined ? 'nothing was kept' : `there is no version ${id}`;
        throw new UserError(`${path}: ${which}`, { exitCode: 2, hint: `gutinteg history /${path}` });
      }
      await bringBack(realpathSync(target), stateFile, version);
      return version;
    },
    LOCK_TIMEOUT_MS,
  );
}

async function bringBack(root: string, stateFile: string, version: KeptVersion): Promise<void> {
  const directories = openTarget(root);
  try {
    const kept = beginHistory(stateFile, describeCurrent(directories.at(version.path), version.path), Date.now());
    const staging: Staging = {
      target: directories,
      sync: syncFileSystems,
      kept,
      clear: () => undefined,
      onPlaced: () => undefined,
      open: new Map(),
      left: new Set(),
      staged: [],
      stagedBytes: 0,
    };
    restorePath(staging, version, `${historyDirectory(stateFile)}/${version.id}`);
    syncTarget(staging, [historyDirectory(stateFile)]);
  } finally {
    directories.close();
  }
}

function describeCurrent(place: string, path: string): Keep[] {
  const stat = lstatSync(place, { throwIfNoEntry: false });
  if (stat === undefined) return [];
  const { mode, uid, gid, size: sizeBytes } = stat;
  const about = { path, reason: 'edited', owner: '', mode: mode & 0o7777, uid, gid, sizeBytes } as const;
  if (stat.isFile()) return [{ ...about, type: 'file', sha256: hashFile(place), target: '' }];
  if (stat.isSymbolicLink()) return [{ ...about, type: 'symlink', sha256: '', target: readlinkSync(place) }];
  throw new UserError(`${path} is a directory or a special file now; nothing was brought back`);
}
