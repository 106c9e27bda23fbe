import type { Command } from 'commander';
import { addConsentOptions } from './consent-options.ts';
import type { ConsentOptions } from './consent-options.ts';

type SiteOptions = { readonly site: string; readonly state?: string };
type ArmOptions = SiteOptions & ConsentOptions;

/** `gutinteg arm HOST` and `gutinteg disarm HOST`. */
export function addArmCommand(program: Command): void {
  const arm = program
    .command('arm')
    .description('consent that the next network boot of HOST installs it and erases what its plan says')
    .argument('<host>', 'name of the machine in the database');
  addConsentOptions(arm)
    .option('--site <dir>', 'site directory', '.')
    .option('--state <dir>', 'state directory of the running server, instead of the one in site.yaml')
    .addHelpText('after', ARM_HELP)
    .action(armMachine);
  program
    .command('disarm')
    .description('take that consent back; a machine that is being installed is marked as failed')
    .argument('<host>', 'name of the machine in the database')
    .option('--why <text>', 'the reason, which status shows', 'by hand')
    .option('--site <dir>', 'site directory', '.')
    .option('--state <dir>', 'state directory of the running server, instead of the one in site.yaml')
    .addHelpText('after', DISARM_HELP)
    .action(async (host: string, options: SiteOptions & { why: string }) => {
      const client = await connect(options);
      const machine = await client.disarm(host, options.why);
      process.stdout.write(
        `${machine.name} is ${machine.state}${machine.reason === null ? '' : `: ${machine.reason}`}\n`,
      );
    });
}

async function armMachine(host: string, options: ArmOptions): Promise<void> {
  const { describeConsent } = await import('../../netboot/consent.ts');
  const client = await connect(options);
  const machine = await client.arm(host, { initData: options.initData ?? [], knownEmpty: options.knownEmpty ?? [] });
  const lines = [
    `${machine.name} is armed: ${machine.attemptsAllowed} attempts, good for one installation`,
    ...describeConsent(machine).map((may) => `  ${may}`),
    `  waiting for: ${machine.waitingFor}`,
    ...machine.notes.map((note) => `  note: ${note}`),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

async function connect(options: SiteOptions) {
  const { loadSiteSettings } = await import('../../site/load-site.ts');
  const { createControlClient } = await import('../../netboot/control-client.ts');
  const { stateDir } = await loadSiteSettings(
    options.site,
    options.state === undefined ? {} : { state: options.state },
  );
  return createControlClient(stateDir);
}

const ARM_HELP = `
The machine's record and packages are frozen as they are now. A later edit of the record disarms the machine.

Partitions marked data are never formatted, moved or resized. One that does not exist yet is made only with --init-data,
and only by this installation: arming again without it takes that back. --known-empty SERIAL also holds for one
installation only: content of that disk that no tool can read then counts as free space. 'gutinteg plan' shows it.

Examples:
  gutinteg arm q-bert --site ~/site     then switch q-bert on, or restart it
  gutinteg arm q-bert --init-data h     the same, and data partition h may be made where it does not exist yet
  gutinteg status q-bert --watch        see where it is
`;

const DISARM_HELP = `
Before the first attempt, the machine is what it was before it was armed. Later it is marked as failed, because its disk
may be half written.

Examples:
  gutinteg disarm q-bert --site ~/site
  gutinteg disarm q-bert --why 'wrong disk in the plan'
`;
