import type { Command } from 'commander';
import { addFleetOptions, connect } from './fleet-options.ts';
import type { FleetOptions } from './fleet-options.ts';

type CompareOptions = FleetOptions & {
  readonly classes?: true;
  readonly package?: string;
  readonly all?: true;
};

/** `gutinteg fleet compare A B…`. */
export function addFleetCompareCommand(fleet: Command): void {
  addFleetOptions(fleet.command('compare'))
    .description('show packages that hosts, or classes of hosts, do not have alike')
    .argument('<hosts...>', 'two or more hosts; with --classes, classes or selectors')
    .option('--classes', 'compare classes, or selectors')
    .option('--package <pattern>', 'only these packages, with * and ?')
    .option('--all', 'also those that all have alike')
    .addHelpText('after', HELP)
    .action(compare);
}

async function compare(names: readonly string[], options: CompareOptions): Promise<void> {
  if (names.length < 2) {
    const { UserError } = await import('../../lib/errors.ts');
    throw new UserError(`nothing is named that ${names.join()} is to be compared with`, {
      exitCode: 2,
      hint: 'gutinteg fleet compare A B',
    });
  }
  const { compareClasses, compareHosts } = await import('../../contract/fleet/api/compare.ts');
  const { readWhole } = await import('./read-pages.ts');
  const { print, printJson, printTable } = await import('./output/print.ts');
  const { comparisonCells } = await import('./output/package-text.ts');
  const client = await connect(options);
  const input = {
    limit: 1000,
    ...(options.package === undefined ? {} : { package: options.package }),
    ...(options.all === undefined ? {} : { all: options.all }),
  };
  const answer = await readWhole('packages', (page) =>
    options.classes === true
      ? client.ask(compareClasses, { classes: [...names], ...input, ...page })
      : client.ask(compareHosts, { hosts: [...names], ...input, ...page }),
  );
  const { packages, sides } = answer;
  if (packages.some(({ differs }) => differs)) process.exitCode = 3;
  if (options.json === true) return printJson(answer);
  if (packages.length === 0) return print(['they have the same packages in the same versions']);
  const rows = packages.map((each) => comparisonCells(answer, each));
  printTable(['PACKAGE', ...sides.map(({ name, hosts }) => (hosts === 1 ? name : `${name} (${hosts} hosts)`))], rows);
}

const HELP = `
Versions are in the order of the package system, the newest first. A number in brackets is how many hosts of the class have it.

Exit codes: 0 they are alike, 1 the server could not be asked, 2 bad input, 3 they differ

Examples:
  gutinteg fleet compare web1 web2 --site ~/site
  gutinteg fleet compare web1 web2 web3 --package 'lib*' --all
  gutinteg fleet compare --classes site=north site=south --json
`;
