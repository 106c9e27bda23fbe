// `gutinteg` on an installed machine: the partial install, from systemd, from cron or by hand.
// The agent's wrapper sets it for Node; programs that the agent runs use their own libraries.
delete process.env['LD_LIBRARY_PATH'];
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Command } from 'commander';
import { createClient } from '../contract/client.ts';
import { UserError } from '../lib/errors.ts';
import { runMain } from '../lib/exit.ts';
import { runCommand } from '../lib/run-command.ts';
import { formatReport } from './format-report.ts';
import { KEYS_DIR, readMachineState } from './machine-state.ts';
import { runPartial } from './run-partial.ts';
import { takeLock } from './take-lock.ts';

const LOCK_FILE = '/run/gutinteg.lock';

type Options = { readonly dryRun: boolean; readonly json: boolean; readonly patience: string };

const program = new Command('gutinteg')
  .description(
    'Brings this machine back to its description: files, commands that packages ask for, then the boot loader.',
  )
  .option('--dry-run', 'say what would change, and change nothing; exit code 3 when something would', false)
  .option('--json', 'print the report as JSON', false)
  .option('--patience <seconds>', 'how long to wait for a server that does not answer', '120')
  .addHelpText(
    'after',
    '\nExamples:\n  gutinteg             put right what is wrong\n  gutinteg --dry-run   only look\n',
  )
  .action(async (options: Options) => {
    const { token, ...state } = await readMachineState();
    await using _lock = await takeLock(LOCK_FILE);
    const patienceMs = Number(options.patience) * 1000;
    if (!(patienceMs >= 0))
      throw new UserError(`--patience ${options.patience}: not a number of seconds`, { exitCode: 2 });
    const client = createClient({ serverUrl: state.serverUrl, token, patienceMs });
    const report = await runPartial({
      state,
      client,
      fetcher: async (path) => client.storeFile(path),
      publicKeys: await readPublicKeys(),
      run: runCommand,
      dryRun: options.dryRun,
    });
    process.stdout.write(options.json ? `${JSON.stringify(report, null, 2)}\n` : formatReport(report));
    if (!report.ok) process.exitCode = 1;
    else if (options.dryRun && (report.changedTotal > 0 || report.commands !== undefined)) process.exitCode = 3;
  });

async function readPublicKeys(): Promise<string[]> {
  const names = (await readdir(KEYS_DIR)).filter((name) => name.endsWith('.pub'));
  return Promise.all(names.map(async (name) => readFile(join(KEYS_DIR, name), 'utf8')));
}

await runMain(async () => {
  await program.parseAsync();
});
