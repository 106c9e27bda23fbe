// `gutinteg-fleet run-orders`.
import { join } from 'node:path';
import type { Command } from 'commander';
import { UserError } from '../../lib/errors.ts';
import { DirectoryHeldError, lockDirectory } from '../../lib/lock-directory.ts';
import type { DirectoryLock } from '../../lib/lock-directory.ts';
import { runCommand } from '../../lib/run-command.ts';
import { findPackageSystem } from '../look/find-package-system.ts';
import { EXECUTOR_DIRECTORY, TRUST_FILE } from '../orders/order-places.ts';
import { readUptime } from '../state/due-file.ts';
import { STATE_DIRECTORY } from '../state/state-paths.ts';
import type { ExecutorContext } from './executor-context.ts';
import { openExecutorDirectory, requireHost } from './open-executor.ts';
import { readSpool } from './read-spool.ts';
import { openReports } from './report-files.ts';
import { runOrders } from './run-orders.ts';
import { openStagedFiles } from './staged-files.ts';
import { readTrust } from './trust-file.ts';
import type { Trust } from './trust-file.ts';

type Options = {
  readonly state: string;
  readonly directory: string;
  readonly trust: string;
  readonly quiet: boolean;
  readonly timeLimit: string;
  readonly lockLimit: string;
};

export function addRunOrdersCommand(program: Command): void {
  program
    .command('run-orders')
    .description('carry out the signed orders that gutinteg-fleet has received; root only')
    .option('--quiet', 'say nothing when there is nothing to do', false)
    .option('--time-limit <seconds>', 'for each program that changes or fetches packages', '3600')
    .option('--lock-limit <seconds>', 'so long another program that changes packages is waited for', '600')
    .option('--state <dir>', 'where gutinteg-fleet keeps its state', STATE_DIRECTORY)
    .option('--directory <dir>', "the executor's own directory", EXECUTOR_DIRECTORY)
    .option('--trust <file>', 'whose orders are taken', TRUST_FILE)
    .action(run);
}

async function run(options: Options): Promise<void> {
  const { state, directory, quiet } = options;
  const say = (line: string): void => void (quiet || process.stdout.write(`${line}\n`));
  const trust = (): Trust | undefined => readTrust(options.trust);
  if (trust() === undefined) return say('this host takes no orders: gutinteg-fleet accept-orders');
  const limits = {
    programMs: msOf(options.timeLimit, '--time-limit'),
    lockMs: msOf(options.lockLimit, '--lock-limit'),
  };
  const paths = openExecutorDirectory(directory, options.trust);
  await using lock = await lockUnlessRunning(directory);
  if (lock === undefined) return say('another run-orders is at work');
  requireHost(paths, state);
  const spool = join(state, 'orders');
  const context: ExecutorContext = {
    paths,
    system: await findPackageSystem(),
    host: { run: runCommand },
    reports: openReports(paths.reports, readSpool(spool).owner),
    files: openStagedFiles(join(state, 'files'), paths.files),
    limits: { ...limits, healthMs: 60_000 },
    uptime: readUptime(),
    now: Date.now,
  };
  let isStopping = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void (isStopping = true));
  let count = 0;
  await runOrders({
    context,
    trust,
    spool: () => readSpool(spool).orders,
    isStopping: () => isStopping,
    onResult: (name, result) => {
      count += 1;
      process.stdout.write(
        `${name}: ${typeof result === 'string' ? result : `${result.outcome} ${result.text}`.trimEnd()}\n`,
      );
    },
  });
  if (count === 0) say('no order waits');
}

/** Undefined while another one runs: cron starts one each minute, and an order may take an hour. */
async function lockUnlessRunning(directory: string): Promise<DirectoryLock | undefined> {
  try {
    return await lockDirectory(directory, 0);
  } catch (error) {
    if (error instanceof DirectoryHeldError) return undefined;
    throw error;
  }
}

function msOf(seconds: string, option: string): number {
  if (/^\d{1,6}$/.test(seconds)) return Number(seconds) * 1000;
  throw new UserError(`${option} ${seconds} is no number of seconds`, { exitCode: 2 });
}
