import { Option } from 'commander';
import type { Command } from 'commander';
import { architectureNames } from '../../lib/architecture.ts';

type AgentCommandOptions = { readonly site: string; readonly state?: string; readonly arch: string };

/** `gutinteg agent FILE`. */
export function addAgentCommand(program: Command): void {
  program
    .command('agent')
    .description("write the machines' own program as a tar file, for machines that are to be adopted")
    .argument('<file>', 'the tar file to write; - is standard output')
    .addOption(new Option('--arch <name>', 'architecture of the machine').choices(architectureNames).default('amd64'))
    .option('--site <dir>', 'site directory', '.')
    .option('--state <dir>', 'state directory, instead of the one in site.yaml')
    .addHelpText('after', AGENT_HELP)
    .action(writeAgent);
}

async function writeAgent(file: string, options: AgentCommandOptions): Promise<void> {
  const { agentPackage } = await import('../../netboot/agent/agent-package.ts');
  const { exportAgent } = await import('../../netboot/agent/export-agent.ts');
  const { openSiteState } = await import('../open-site-state.ts');
  const { store, key } = await openSiteState(options.site, options.state);
  const name = agentPackage(options.arch);
  await exportAgent({ store, name, publicKey: key.publicKey, file: file === '-' ? undefined : file });
}

const AGENT_HELP = `
The file holds the package gutinteg-agent@ARCH as it is published: Node, its libraries, the program, a systemd service and
timer. Its signature is checked with the site's key. Machines that gutinteg installs have the package already.

Examples:
  gutinteg agent agent.tar --arch arm64 --site ~/site
  gutinteg agent agent.tar --site ~/site && ssh root@q-bert tar -C / -x < agent.tar
  gutinteg agent - --site ~/site | ssh root@q-bert tar -C / -x
`;
