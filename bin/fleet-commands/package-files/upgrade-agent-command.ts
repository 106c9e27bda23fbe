// `gutinteg fleet upgrade-agent`: the program on hosts, as a job like any other. In: package files. Out: a job. Never: takes a file of another
// package.
import { Argument } from 'commander';
import type { Command } from 'commander';
import { AGENT_PACKAGE } from '../../../contract/fleet/jobs/action.ts';
import { UserError } from '../../../lib/errors.ts';
import { addChangeOptions } from '../jobs/add-change-commands.ts';
import { EXIT_CODES } from '../jobs/flow-options.ts';
import type { MakeChangeOptions } from '../jobs/make-change.ts';
import { bringOptions } from './add-file-command.ts';
import type { BringOptions } from './bring-files.ts';

export function addFleetUpgradeAgentCommand(fleet: Command): void {
  const command = fleet
    .command('upgrade-agent')
    .description('bring gutinteg-fleet itself to the version of these files, on hosts that have it as a package')
    .addArgument(new Argument('<file...>', 'files, directories or addresses; each host takes the one that fits'))
    .optionsGroup('Files and addresses:');
  for (const option of bringOptions()) command.addOption(option);
  addChangeOptions(command).addHelpText('after', HELP).action(upgradeAgent);
}

async function upgradeAgent(words: readonly string[], options: MakeChangeOptions & BringOptions): Promise<void> {
  const { bringSources } = await import('./install-files.ts');
  const { makeChange } = await import('../jobs/make-change.ts');
  const files = await bringSources(words, options);
  const other = files.find(({ name }) => name !== AGENT_PACKAGE);
  if (other !== undefined) {
    throw new UserError(`${other.fileName} is a package ${other.name}, and not ${AGENT_PACKAGE}; no job was made`, {
      exitCode: 2,
      hint: 'gutinteg fleet agent-package makes the package; gutinteg fleet install takes any other',
    });
  }
  await makeChange({ do: 'upgrade-agent', files }, { only: 'with', ...options });
}

const HELP = `
A host keeps a copy of its program until the new one has started; if it does not, the old one is put back, and the job says so.
Machines that gutinteg installed get the program with the rest of their image.
${EXIT_CODES}
Examples:
  gutinteg fleet agent-package --out gutinteg-fleet.deb
  gutinteg fleet upgrade-agent gutinteg-fleet.deb --all --test-first web1
`;
