import type { Command } from 'commander';

type AgentCommandOptions = { readonly site: string; readonly state?: string };

/** `gutinteg agent FILE`. */
export function addAgentCommand(program: Command): void {
  program
    .command('agent')
    .description("write the machines' own program as a tar file, for machines that are to be adopted")
    .argument('<file>', 'the tar file to write; - is standard output')
    .option('--site <dir>', 'site directory', '.')
    .option('--state <dir>', 'state directory, instead of the one in site.yaml')
    .addHelpText('after', AGENT_HELP)
    .action(writeAgent);
}

async function writeAgent(file: string, options: AgentCommandOptions): Promise<void> {
  const { exportAgent } = await import('../../netboot/agent/export-agent.ts');
  const { openSiteState } = await import('../open-site-state.ts');
  const { store, key } = await openSiteState(options.site, options.state);
  await exportAgent({ store, publicKey: key.publicKey, file: file === '-' ? undefined : file });
}

const AGENT_HELP = `
The file holds the package gutinteg-agent as it is published: Node, its libraries, the program, a systemd service and
timer. Its signature is checked with the site's key. Machines that gutinteg installs have the package already.

Examples:
  gutinteg agent agent.tar --site ~/site && ssh root@q-bert tar -C / -x < agent.tar
  gutinteg agent - --site ~/site | ssh root@q-bert tar -C / -x
`;
