// A directory for the duration of one piece of work. In: where, and the work. Out: the result of the work. Never: is
// left behind, even if the work fails or is interrupted.
import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * A directory with mode 0700 that is gone afterwards, also after SIGINT, SIGTERM or SIGHUP.
 * @param prefix the beginning of its name
 * @param parent where it lies, if not in the directory for temporary files
 */
export async function withPrivateDirectory<T>(
  prefix: string,
  work: (dir: string) => Promise<T>,
  parent: string = tmpdir(),
): Promise<T> {
  const dir = await mkdtemp(join(parent, prefix));
  const remove = (): void => rmSync(dir, { recursive: true, force: true });
  const leave = (signal: NodeJS.Signals): void => {
    remove();
    process.kill(process.pid, signal);
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.once(signal, leave);
  // Whoever reads our output may have had enough of it, which ends the program at once.
  process.once('exit', remove);
  try {
    return await work(dir);
  } finally {
    for (const signal of signals) process.off(signal, leave);
    process.off('exit', remove);
    await rm(dir, { recursive: true, force: true });
  }
}
