import { Option } from 'commander';
import type { Command } from 'commander';
import { addFleetOptions, connect } from './fleet-options.ts';
import type { FleetOptions } from './fleet-options.ts';

const kinds = {
  ready: 'ready',
  security: 'security',
  held: 'held',
  'kept-back': 'keptBack',
  phased: 'phased',
} as const;
type Kind = keyof typeof kinds;

type OutdatedOptions = FleetOptions & {
  readonly package?: string;
  readonly only?: Kind;
  readonly class?: string;
  readonly byPackage?: true;
};

/** `gutinteg fleet outdated`; `list outdated` and `view update-candidates`, as NWU called it. */
export function addFleetOutdatedCommands(fleet: Command): void {
  addOutdated(fleet.command('outdated'), 'outdated');
  const list = fleet.command('list', { hidden: true }).description("NWU's word: list outdated");
  addOutdated(list.command('outdated'), 'list outdated');
}

export function addOutdated(command: Command, path: string): void {
  addFleetOptions(command)
    .description('list hosts that have something to upgrade, and what; held, kept back and phased are told apart')
    .option('--package <pattern>', 'only these packages, with * and ?')
    .addOption(new Option('--only <what>', 'only candidates of this kind').choices(Object.keys(kinds)))
    .option('--class <class>', 'only hosts of this class, or of a selector')
    .addHelpText('after', helpOf(path))
    .action(outdated);
}

async function outdated(options: OutdatedOptions): Promise<void> {
  const { listOutdated } = await import('../../contract/fleet/api/outdated.ts');
  const { readWhole } = await import('./read-pages.ts');
  const { print, printJson, printTable } = await import('./output/print.ts');
  const { CANDIDATE_HEADER, candidateCells, leftOut } = await import('./output/package-text.ts');
  const client = await connect(options);
  const input = {
    ...(options.package === undefined ? {} : { package: options.package }),
    ...(options.only === undefined ? {} : { only: kinds[options.only] }),
    ...(options.class === undefined ? {} : { class: options.class }),
  };
  const answer = await readWhole('hosts', (page) => client.ask(listOutdated, { ...input, ...page }));
  const { hosts } = answer;
  if (hosts.length > 0) process.exitCode = 3;
  if (options.json === true) return printJson(answer);
  if (hosts.length === 0)
    return print(['nothing to upgrade, of the hosts that have reported; gutinteg fleet hosts lists the others, too']);
  printTable(CANDIDATE_HEADER, hosts.flatMap(candidateCells));
  print(hosts.flatMap(leftOut));
}

const helpOf = (path: string): string => `
A candidate that an upgrade would bring now has nothing in the column WHY NOT NOW. gutinteg fleet hosts tells hosts that are
silent or have not reported: of those, nothing is known here.

Exit codes: 0 nothing to upgrade, 1 the server could not be asked, 2 bad input, 3 there is something

Examples:
  gutinteg fleet ${path} --site ~/site
  gutinteg fleet ${path} --only security --class 'site=north'
  gutinteg fleet ${path} --package 'openssl*' --json
`;
