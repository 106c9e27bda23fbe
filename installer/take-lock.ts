import { readFile, rm, writeFile } from 'node:fs/promises';
import { UserError } from '../lib/errors.ts';

/**
 * Takes a lock file that holds our process id; a lock whose process has ended is taken over.
 * @throws UserError when another run is under way
 */
export async function takeLock(path: string): Promise<AsyncDisposable> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      await writeFile(path, `${process.pid}\n`, { flag: 'wx' });
      return { [Symbol.asyncDispose]: async () => rm(path, { force: true }) };
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
    const holder = Number(await readFile(path, 'utf8').catch(() => ''));
    if (attempt > 0 || (holder > 0 && isAlive(holder))) {
      throw new UserError(`another run of gutinteg (process ${holder}) holds ${path}; nothing was changed`);
    }
    await rm(path, { force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
