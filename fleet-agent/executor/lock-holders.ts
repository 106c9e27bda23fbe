// Who else changes packages now. In: locks of the package system. Out: their holders, by number and name. Never: takes a lock.
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { whenRefused } from '../../lib/when-missing.ts';
import type { PackageLock } from '../../package-systems/package-system.ts';

export type LockHolder = { readonly pid: number; readonly name: string; readonly file: string };

/** @param root where the files are; `/` unless given */
export function listLockHolders(locks: readonly PackageLock[], root = '/'): LockHolder[] {
  const kernel = readText('/proc/locks');
  return locks.flatMap(({ file, by }) => {
    const path = join(root, file);
    const pids = by === 'pid' ? pidInFile(path) : holdersInKernel(kernel, path);
    return pids.map((pid) => ({ pid, name: readText(`/proc/${pid}/comm`).trim() || 'unknown', file }));
  });
}

/** @see proc_locks(5): a lock that only reads is no reason to wait */
function holdersInKernel(locks: string, path: string): number[] {
  const file = statIfThere(path);
  if (file === undefined) return [];
  const found = [...locks.matchAll(/^\d+: (?:POSIX|FLOCK) +ADVISORY +WRITE (\d+) [0-9a-f]+:[0-9a-f]+:(\d+) /gm)];
  const pids = found.filter(([, , inode]) => inode === String(file.ino)).map(([, pid]) => Number(pid));
  // Other file systems have the same numbers.
  return [...new Set(pids)].filter((pid) => hasOpen(pid, file));
}

function hasOpen(pid: number, { dev, ino }: { readonly dev: number; readonly ino: number }): boolean {
  const directory = `/proc/${pid}/fd`;
  return readNames(directory).some((name) => {
    const open = statIfThere(`${directory}/${name}`);
    return open?.ino === ino && open.dev === dev;
  });
}

/** One of a process that has ended is left over; dnf takes it away. */
function pidInFile(path: string): number[] {
  const pid = Number(readText(path).trim());
  return Number.isSafeInteger(pid) && pid > 0 && readText(`/proc/${pid}/comm`) !== '' ? [pid] : [];
}

function statIfThere(path: string) {
  try {
    return statSync(path);
  } catch (error) {
    return whenRefused(undefined)(error);
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    return whenRefused('')(error);
  }
}

function readNames(path: string): string[] {
  try {
    return readdirSync(path);
  } catch (error) {
    return whenRefused<string[]>([])(error);
  }
}

export const describeHolders = (holders: readonly LockHolder[]): string =>
  [...new Set(holders.map(({ pid, name }) => `${name} (process ${pid})`))].join(', ');

const POLL_MS = 500;

/** @param onWait told in words @returns who still holds one after the limit; empty: nobody does */
export async function waitForLocks(
  list: () => readonly LockHolder[],
  { limitMs, onWait }: { readonly limitMs: number; readonly onWait: (who: string) => void },
): Promise<readonly LockHolder[]> {
  const deadline = performance.now() + limitMs;
  for (let told = ''; ;) {
    const holders = list();
    if (holders.length === 0 || performance.now() >= deadline) return holders;
    const who = describeHolders(holders);
    if (who !== told) onWait(who);
    told = who;
    await delay(POLL_MS);
  }
}
