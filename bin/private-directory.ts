import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A directory that only the caller's user can enter; it is gone afterwards, also when `work` fails or is interrupted. */
export async function withPrivateDirectory<T>(prefix: string, work: (dir: string) => Promise<T>): Promise<T> {
  const dir = await mkdtemp(join(tmpdir(), prefix));
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
