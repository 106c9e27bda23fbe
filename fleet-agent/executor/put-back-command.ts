// `gutinteg-fleet put-back`: the watchdog of an upgrade of this program, which is run from the copy of the old one. In: the executor's
// directory. Out: nothing, if the upgrade comes to its end; else the old program. Never: acts while an executor is at work.
import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { Option } from 'commander';
import type { Command } from 'commander';
import { UserError } from '../../lib/errors.ts';
import { DirectoryHeldError, lockDirectory } from '../../lib/lock-directory.ts';
import { EXECUTOR_DIRECTORY } from '../orders/order-places.ts';
import { executorPaths } from './executor-paths.ts';
import { putBack } from './kept-program.ts';

type Options = { readonly after: string; readonly directory: string };

/** The new program is started each minute; it ends an upgrade that was cut off. */
const AFTER_SECONDS = 600;
const LOOK_MS = 1000;

export function addPutBackCommand(program: Command): void {
  const after = new Option('--after <seconds>', 'so long the new program has time to end the upgrade');
  program
    .command('put-back', { hidden: true })
    .description('put the program back as it was before an upgrade that does not come to its end')
    .addOption(after.default(String(AFTER_SECONDS)))
    .option('--directory <dir>', "the executor's own directory", EXECUTOR_DIRECTORY)
    .action(watch);
}

async function watch({ after, directory }: Options): Promise<void> {
  if (!/^\d{1,6}$/.test(after)) throw new UserError(`--after ${after} is no number of seconds`, { exitCode: 2 });
  const { program } = executorPaths(directory);
  // Time counts while no executor is at work.
  let idleMs = 0;
  while (existsSync(program)) {
    const wasIdle = await whileIdle(directory, () => idleMs >= Number(after) * 1000 && putBack(program));
    if (wasIdle === true) {
      process.stdout.write('the upgrade has not come to its end: the old program was put back\n');
      return;
    }
    idleMs = wasIdle === undefined ? 0 : idleMs + LOOK_MS;
    await delay(LOOK_MS);
  }
}

/** @returns undefined while an executor is at work */
async function whileIdle<T>(directory: string, act: () => T): Promise<T | undefined> {
  try {
    await using _lock = await lockDirectory(directory, 0);
    return act();
  } catch (error) {
    if (error instanceof DirectoryHeldError) return undefined;
    throw error;
  }
}
