import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';

type HealthOptions = {
  readonly site: string;
  readonly state?: string;
  readonly wait: number;
  readonly process?: number;
  readonly json?: true;
};

const POLL_MS = 200;

/** `gutinteg health`. */
export function addHealthCommand(program: Command): void {
  program
    .command('health')
    .description('check whether the server on this computer answers, for service managers and containers')
    .option('--site <dir>', 'site directory', '.')
    .option('--state <dir>', 'state directory of the running server, instead of the one in site.yaml')
    .option('--wait <seconds>', 'ask again until it answers, for at most this long', parseCount, 0)
    .option('--process <pid>', 'stop waiting when this process has ended', parseCount)
    .option('--json', 'the answer as JSON')
    .addHelpText('after', HELP)
    .action(showHealth);
}

async function showHealth(options: HealthOptions): Promise<void> {
  const { createControlClient } = await import('../../netboot/control-client.ts');
  const { loadSiteSettings } = await import('../../site/load-site.ts');
  // With --state the site need not be readable.
  const stateDir = options.state ?? (await loadSiteSettings(options.site)).stateDir;
  const health = await waitForHealth(createControlClient(stateDir).health, options);
  const { machines, sound } = health.database;
  const database = `${machines} ${machines === 1 ? 'machine' : 'machines'}`;
  const why = sound ? '' : '; the database is not sound, its last sound version is in force: gutinteg status';
  process.stdout.write(options.json === true ? `${JSON.stringify(health)}\n` : `${health.status}: ${database}${why}\n`);
}

async function waitForHealth<T>(ask: () => Promise<T>, options: Pick<HealthOptions, 'wait' | 'process'>): Promise<T> {
  const { UserError } = await import('../../lib/errors.ts');
  const { setTimeout: delay } = await import('node:timers/promises');
  const deadline = Date.now() + options.wait * 1000;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof UserError) || Date.now() >= deadline) throw error;
      if (options.process !== undefined && !isAlive(options.process)) {
        throw new UserError(`process ${options.process} ended before it served`, { cause: error });
      }
    }
    await delay(POLL_MS);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function parseCount(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('a whole number is expected');
  return Number(text);
}

const HELP = `
A server whose database has a fault answers 'degraded', with exit code 0: it works with the last sound version, and
nobody should restart it.

Examples:
  gutinteg health --site /srv/site                           ok: 30 machines
  gutinteg health --state /var/lib/gutinteg --wait 60        after a start

Exit codes: 0 it answers, 1 it does not`;
