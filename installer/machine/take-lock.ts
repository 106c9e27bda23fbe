// One run at a time. In: a file's path. Out: the lock on it, which ends with its holder, however that ends.
// Never: reads or writes the file's bytes; trusts a process id that somebody has written down.
import { readFileSync, statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { UserError } from '../../lib/errors.ts';
import { whenCode } from '../../lib/when-missing.ts';

const SQLITE_BUSY = 5;
/** Clock ticks a second in /proc, on every Linux architecture that Node runs on. @see sysconf(3), _SC_CLK_TCK */
const TICKS_PER_SECOND = 100;

/**
 * Takes SQLite's lock on an empty database, without waiting: the kernel drops it when its process ends.
 * @throws UserError when another run is under way, with its process and since when it runs
 */
export function takeLock(path: string): Disposable {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { timeout: 0 });
    // Without a journal file beside it: nothing is ever written.
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    const held = database;
    return { [Symbol.dispose]: () => held.close() };
  } catch (cause) {
    database?.close();
    if ((cause as { errcode?: number }).errcode !== SQLITE_BUSY) throw new UserError(`locking ${path}`, { cause });
    throw new UserError(`another run of gutinteg holds ${path}${describeHolder(path)}; nothing was changed`, {
      hint: 'wait for its end, and run gutinteg again if something is still wrong',
    });
  }
}

/** Empty where the kernel does not tell: in another PID namespace. @see proc_locks(5) */
function describeHolder(path: string): string {
  const inode = String(statSync(path).ino);
  const holder = readText('/proc/locks')
    .split('\n')
    .map((line) => /^\d+: POSIX +ADVISORY +WRITE (\d+) [0-9a-f]+:[0-9a-f]+:(\d+) /.exec(line))
    .find((match) => match?.[2] === inode)?.[1];
  if (holder === undefined || holder === '0') return '';
  const since = startOf(holder);
  return `: process ${holder}${since === undefined ? '' : `, since ${since.toISOString()}`}`;
}

/** When a process started. @see proc_pid_stat(5), field 22; proc_stat(5), btime */
function startOf(pid: string): Date | undefined {
  // The name in field 2 may hold blanks and parentheses.
  const afterName = readText(`/proc/${pid}/stat`).split(')').at(-1)?.trim().split(' ') ?? [];
  const ticks = Number(afterName[19]);
  const bootSeconds = Number(/^btime (\d+)$/m.exec(readText('/proc/stat'))?.[1]);
  const startMs = (bootSeconds + ticks / TICKS_PER_SECOND) * 1000;
  return Number.isFinite(startMs) ? new Date(Math.floor(startMs / 1000) * 1000) : undefined;
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    // The process may have ended since.
    return whenCode(['ENOENT', 'ESRCH'], '')(error);
  }
}
