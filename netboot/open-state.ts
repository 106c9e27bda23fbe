// The server's state directory and the database in it. In: a directory. Out: a database that is looked after, and a log.
import { chmod, mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { StateStatus } from '../contract/health.ts';
import { describeError } from '../lib/errors.ts';
import type { Log } from '../lib/log.ts';
import { createLimitedLog } from '../lib/limited-log.ts';
import type { LimitedLog } from '../lib/limited-log.ts';
import { openDatabase } from './state/database.ts';
import type { StateDatabase } from './state/database.ts';

const STATE_MODE = 0o750;
/** With the sticky bit the group is that of the server, which is not the owner (service/state-layout.ts). */
const STICKY = 0o1000;
const SERVICE_MODE = 0o1770;
/** How often the database's file, and trouble with it, is looked at. */
const TEND_MS = 1000;

type State = { readonly database: StateDatabase; readonly limited: LimitedLog };

/**
 * Others may not enter it, whatever the umask was when it was made, or who made it. Its group may write in it where the
 * sticky bit keeps what is root's: so it is when the server has a user of its own (service/state-layout.ts).
 */
export async function makeStateDirectory(dir: string, log: Log): Promise<void> {
  await mkdir(dir, { recursive: true, mode: STATE_MODE });
  const { mode } = await stat(dir);
  const most = (mode & STICKY) === 0 ? STATE_MODE : SERVICE_MODE;
  if ((mode & 0o777 & ~most) === 0) return;
  await chmod(dir, mode & most).catch((error: unknown) => {
    const hint = `chmod ${most.toString(8)} ${dir}`;
    log.warn({ why: describeError(error), hint }, 'the state directory is open to others, and could not be closed');
  });
}

/** The database, looked after once a second, and a log that strangers cannot fill. */
export function openState({ stateDir, log }: { stateDir: string; log: Log }, stack: AsyncDisposableStack): State {
  const database = openDatabase(join(stateDir, 'netboot.db'), {
    onTrouble: (trouble) => {
      if (trouble === undefined) log.info('the server state is recorded again');
      else
        log.error({ why: describeError(trouble.error), hint: trouble.error.hint }, 'the server state is not recorded');
    },
    onFile: (what) => {
      log.warn(what);
    },
  });
  stack.defer(database.close);
  stack.use(everySecond(database.tend));
  return { database, limited: createLimitedLog(log) };
}

/** Calls it once a second until it is disposed of. */
export function everySecond(work: () => void): Disposable {
  const timer = setInterval(work, TEND_MS);
  timer.unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

/** Why nothing can be recorded now, for status; null when it can. */
export function describeTrouble(database: StateDatabase): StateStatus['fault'] {
  const trouble = database.trouble();
  if (trouble === undefined) return null;
  return { sinceMs: trouble.sinceMs, message: describeError(trouble.error), hint: trouble.error.hint ?? null };
}
