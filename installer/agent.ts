// `gutinteg` on an installed machine: the partial install, from systemd, from cron or by hand.
// The agent's wrapper sets it for Node; programs that the agent runs use their own libraries.
delete process.env['LD_LIBRARY_PATH'];
import { realpathSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import { Command, CommanderError } from 'commander';
import { createClient } from '../contract/client.ts';
import { UserError } from '../lib/errors.ts';
import { runMain } from '../lib/exit.ts';
import type { Mac } from '../lib/mac.ts';
import { runCommand } from '../lib/run-command.ts';
import { parsePublicKeys } from '../packagelink/manifests/keys.ts';
import { AGENT_LIB } from './upgrade/activate-agent.ts';
import { addAdoptCommand } from './adopt/adopt-command.ts';
import { explainSystemError, openConclusion } from './upgrade/conclusion.ts';
import type { RunMode } from './description/find-description.ts';
import { addNetbootCommand } from './nightly/netboot-command.ts';
import { addFactsCommand } from './look/facts-command.ts';
import { exitCodeOf, formatReport } from './nightly/format-report.ts';
import { addHistoryCommands } from './restore/history-commands.ts';
import { readMachineState, readPublicKeys } from './machine/machine-state.ts';
import { patienceMs } from './nightly/patience.ts';
import { readSecureBoot } from './look/efi/read-efi.ts';
import { readMacs } from './look/read-facts.ts';
import { runPartial } from './nightly/run-partial.ts';
import type { PartialContext } from './nightly/run-context.ts';
import { selfTest } from './upgrade/self-test.ts';
import { takeLock } from './machine/take-lock.ts';

const LOCK_FILE = '/run/gutinteg.lock';

type Options = {
  readonly dryRun: boolean;
  readonly checkOnly: boolean;
  readonly contents: boolean;
  readonly json: boolean;
  readonly patience: string;
  readonly allowMassDelete: boolean;
  readonly root: string;
};

const HELP = `
Where the server does not answer, the run goes by what it last said: what needs content that the machine does not have
stays as it is and is named, and the report waits for a run that reaches the server.

Exit codes: 0 everything is as described; 1 something is not, or another run is under way; 2 bad input, or a machine
that gutinteg does not know; 3 with --dry-run and --check-only: there are differences; 4 everything is as it was last
described, but the server is away.

Examples:
  gutinteg                 put right what is wrong
  gutinteg --check-only    compare with the generation that was laid down last; works without a network
  gutinteg --dry-run       what would the next run change, with the description as it is now?
  gutinteg --check-only --contents   the same, byte for byte: finds what a failing disk has changed
  gutinteg --json | jq .changes
  gutinteg netboot --reboot   start from the network once, on a machine with UEFI firmware
  gutinteg facts           what disks, cards and firmware are in this machine, as gutinteg plan needs it
  gutinteg adopt --help    take in a machine that was installed by hand
  gutinteg history         what runs have replaced or deleted; gutinteg restore PATH brings it back
`;

const conclude = openConclusion();
const broken = process.env['GUTINTEG_BROKEN'];
delete process.env['GUTINTEG_BROKEN'];

const program = new Command('gutinteg')
  .description(
    'Brings this machine back to its description: files, commands that packages ask for, then the boot loader.',
  )
  .option('--dry-run', 'ask the server, say what a run would change, and change nothing', false)
  .option('--check-only', 'ask nobody, compare with what was installed last, and change nothing', false)
  .option('--contents', 'read and hash every file, also those that nobody seems to have touched', false)
  .option('--json', 'print the report as JSON', false)
  .option('--patience <seconds>', 'how long to wait for a server that does not answer', '20')
  .option('--allow-mass-delete', 'delete more than half of a package at once, if that is what the packages say', false)
  .option('--root <dir>', 'the root of the system, where it is not this one; its boot loader is not looked at', '/')
  .enablePositionalOptions()
  .addHelpText('after', HELP)
  .action(runOnce);
addAdoptCommand(program, { takeLockBelow, runningAgent });
addHistoryCommands(program, { takeLockBelow });
addNetbootCommand(program);
addFactsCommand(program);
program
  .command('self-test')
  .description(
    'say whether this agent can work on this machine; asked of a new agent before it becomes the current one',
  )
  .option('--root <dir>', 'the root of the system', '/')
  .action(async ({ root }: { root: string }) => {
    process.stdout.write(`${await selfTest(root)}\n`);
  });

async function runOnce(options: Options): Promise<void> {
  if (options.dryRun && options.checkOnly) {
    throw new UserError('--dry-run asks the server, --check-only asks nobody: give one of them', { exitCode: 2 });
  }
  const mode: RunMode = options.checkOnly ? 'check-only' : options.dryRun ? 'dry-run' : 'run';
  const root = resolve(options.root);
  const { token, ...state } = await readMachineState(root);
  const publicKeys = await readPublicKeys(root);
  const client = createClient({
    serverUrl: state.serverUrl,
    token,
    publicKeys: parsePublicKeys(publicKeys),
    patienceMs: patienceMs(options.patience),
  });
  using _lock = await takeLockBelow(root);
  const agent = runningAgent(root);
  const report = await runPartial({
    mode,
    root,
    state,
    client,
    publicKeys,
    run: runCommand,
    macs: root === '/' ? readMacs : async () => [state.mac as Mac],
    secureBoot: root === '/' ? readSecureBoot : async () => false,
    allowMassDelete: options.allowMassDelete,
    contents: options.contents,
    ...(agent === undefined ? {} : { agent }),
    now: Date.now,
  });
  process.stdout.write(options.json ? `${JSON.stringify(report, null, 2)}\n` : formatReport(report, mode));
  process.exitCode = exitCodeOf(report, mode);
}

async function takeLockBelow(root: string): Promise<Disposable> {
  const path = join(root, LOCK_FILE);
  await mkdir(dirname(path), { recursive: true });
  return takeLock(path);
}

/** Only an agent that a package has put on this system replaces itself. */
function runningAgent(root: string): PartialContext['agent'] {
  const dir = dirname(realpathSync(process.argv[1] ?? ''));
  const isInstalled = dir.startsWith(join(realpathSync(root), AGENT_LIB) + sep);
  return isInstalled ? { dir, broken: broken === '' ? undefined : broken } : undefined;
}

/** Commander alone would exit with 1 for bad usage. */
async function parse(): Promise<void> {
  for (const command of [program, ...program.commands]) command.exitOverride();
  try {
    await program.parseAsync();
  } catch (error) {
    if (!(error instanceof CommanderError)) throw explainSystemError(error);
    process.exitCode = error.exitCode === 0 ? 0 : 2;
  }
}

await runMain(parse);
conclude();
