import type { Command } from 'commander';

type ArmOptions = { readonly site: string; readonly state?: string };

/** `gutinteg arm HOST` and `gutinteg disarm HOST`. */
export function addArmCommand(program: Command): void {
  program
    .command('arm')
    .description('consent that the next netboot of HOST installs it, erasing what its plan says')
    .argument('<host>', 'name of the machine in the database')
    .option('--site <dir>', 'site directory', '.')
    .option('--state <dir>', 'state directory of the running server, instead of the one in site.yaml')
    .addHelpText('after', ARM_HELP)
    .action(async (host: string, options: ArmOptions) => {
      const client = await connect(options);
      const machine = await client.arm(host);
      process.stdout.write(
        `${machine.name} is armed: ${machine.attemptsAllowed} attempts, good for one installation\n` +
          `  waiting for: ${machine.waitingFor}\n`,
      );
    });
  program
    .command('disarm')
    .description('take the consent back; a machine in the middle of an installation is marked failed')
    .argument('<host>', 'name of the machine in the database')
    .option('--why <text>', 'shown with the state', 'by hand')
    .option('--site <dir>', 'site directory', '.')
    .option('--state <dir>', 'state directory of the running server, instead of the one in site.yaml')
    .action(async (host: string, options: ArmOptions & { why: string }) => {
      const client = await connect(options);
      const machine = await client.disarm(host, options.why);
      process.stdout.write(
        `${machine.name} is ${machine.state}${machine.reason === null ? '' : `: ${machine.reason}`}\n`,
      );
    });
}

async function connect(options: ArmOptions) {
  const { loadSiteSettings } = await import('../../site/load-site.ts');
  const { createControlClient } = await import('../../netboot/control-client.ts');
  const { stateDir } = await loadSiteSettings(
    options.site,
    options.state === undefined ? {} : { state: options.state },
  );
  return createControlClient(stateDir);
}

const ARM_HELP = `
The machine's record and packages are frozen as they are now; editing the record disarms the machine again.

Examples:
  gutinteg arm q-bert --site ~/site     then switch q-bert on, or restart it
  gutinteg status q-bert --watch        see where it is
  gutinteg disarm q-bert                changed your mind
`;
