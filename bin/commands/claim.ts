import type { Command } from 'commander';

type ClaimOptions = { readonly site: string; readonly state?: string; readonly json?: true };

/** `gutinteg claim HOST`. */
export function addClaimCommand(program: Command): void {
  program
    .command('claim')
    .description('consent to adopt HOST, which was installed by hand, and print what gutinteg adopt needs there')
    .argument('<host>', 'name of the machine in the database')
    .option('--site <dir>', 'site directory', '.')
    .option('--state <dir>', 'state directory of the running server, instead of the one in site.yaml')
    .option('--json', 'the same as JSON')
    .addHelpText('after', CLAIM_HELP)
    .action(claimMachine);
}

async function claimMachine(host: string, options: ClaimOptions): Promise<void> {
  const { loadSiteSettings } = await import('../../site/load-site.ts');
  const { createControlClient } = await import('../../netboot/control-client.ts');
  const { renderClaim } = await import('../../netboot/render/claim-text.ts');
  const { stateDir } = await loadSiteSettings(
    options.site,
    options.state === undefined ? {} : { state: options.state },
  );
  const claim = await createControlClient(stateDir).claim(host);
  process.stdout.write(options.json === true ? `${JSON.stringify(claim)}\n` : renderClaim(claim));
}

const CLAIM_HELP = `
Nothing happens to the machine until somebody runs 'gutinteg adopt' on it and agrees to what it would change. The
one-time token is good for an hour and for one adoption; claiming again replaces it. A machine that is armed or being
installed cannot be claimed.

Examples:
  gutinteg agent agent.tar --site ~/site && ssh root@q-bert tar -C / -x < agent.tar
  gutinteg claim q-bert --site ~/site     then, on q-bert, the command that this prints
`;
