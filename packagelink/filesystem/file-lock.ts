import { DatabaseSync } from 'node:sqlite';
import { setTimeout as wait } from 'node:timers/promises';
import { UserError } from '../../lib/errors.ts';

const POLL_MS = 50;
const SQLITE_BUSY = 5;

/**
 * Runs `work` while no other process, and nobody else in this one, holds the lock of the same file. The lock is
 * SQLite's on an empty database, so that it dies with its holder. Waits for at most `timeoutMs`, 10 minutes unless given.
 * @throws UserError when the time is up.
 */
export async function withLock<T>(file: string, work: () => Promise<T>, timeoutMs = 600_000): Promise<T> {
  const database = openLock(file);
  try {
    const deadline = Date.now() + timeoutMs;
    while (!tryLock(database, file)) {
      if (Date.now() > deadline)
        throw new UserError(`another process has held ${file} for more than ${timeoutMs / 1000} s`);
      await wait(POLL_MS);
    }
    return await work();
  } finally {
    database.close();
  }
}

function openLock(file: string): DatabaseSync {
  try {
    return new DatabaseSync(file, { timeout: 0 });
  } catch (error) {
    throw unusable(file, error);
  }
}

function unusable(file: string, cause: unknown): UserError {
  return new UserError(`the lock ${file} cannot be used; nothing was changed`, {
    cause,
    hint: 'nothing is ever written to it: when it is no regular file, or damaged, remove it; otherwise see who may write there',
  });
}

function tryLock(database: DatabaseSync, file: string): boolean {
  try {
    // Without a journal file beside it: nothing is ever written.
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    return true;
  } catch (error) {
    if ((error as { errcode?: number }).errcode === SQLITE_BUSY) return false;
    throw unusable(file, error);
  }
}
