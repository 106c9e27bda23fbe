import type { Command } from 'commander';
import { addSiteOption } from './site-option.ts';
import type { SiteOption } from './site-option.ts';

type TreeOptions = SiteOption & { readonly down?: true; readonly all?: true; readonly json?: true };

/** `machdb tree NAME`. */
export function addTreeCommand(program: Command): void {
  addSiteOption(program.command('tree'))
    .description('draw what an object inherits from, or what inherits from it')
    .argument('<name>', 'name of the object')
    .option('--down', 'draw what inherits from the object')
    .option('--all', 'with --down: draw every heir, not only the first ten of each object')
    .option('--json', 'print the rows as JSON: depth, name, file, line, again')
    .addHelpText('after', TREE_HELP)
    .action(tree);
}

async function tree(name: string, { site, down, all, json }: TreeOptions): Promise<void> {
  const { join } = await import('node:path');
  const { loadMachdb, loadWanted } = await import('../../machdb/load.ts');
  const { formatTree } = await import('../../machdb/views/format-tree.ts');
  const { printLines } = await import('../../machdb/views/printable.ts');
  const { listHeirRows, listParentRows } = await import('../../machdb/views/tree.ts');
  const dir = join(site, 'machdb');
  const rows =
    down === true
      ? listHeirRows(await loadMachdb(dir), name, { all: all === true })
      : listParentRows(await loadWanted(dir, { name }), name);
  process.stdout.write(json === true ? `${JSON.stringify(rows, undefined, 2)}\n` : printLines(formatTree(rows)));
}

const TREE_HELP = `
Parents apply before their heirs, from top to bottom, each object once: "(again)" marks one that is already drawn
further up.

Examples:
  machdb tree lab01 --site examples/lab
  machdb tree standard-client --down
  machdb tree standard-client --down --all | less

Exit codes: 0 printed, 1 no such object, 2 bad input or a faulty database`;
