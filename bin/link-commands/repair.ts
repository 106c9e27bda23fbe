import type { Command } from 'commander';
import { addTargetOptions } from './target-options.ts';
import type { TargetOptions } from './target-options.ts';

/** `packagelink repair --target DIR`. */
export function addRepairCommand(program: Command): void {
  // The program has these options, too, and takes them from wherever they stand.
  addTargetOptions(program.command('repair'))
    .description('make a damaged state database sound again: save what can be read, and say what is lost')
    .addHelpText('after', REPAIR_HELP)
    .action(async (_options: TargetOptions, command: Command) => await repair(command.optsWithGlobals()));
}

async function repair({ target, state, json }: TargetOptions): Promise<void> {
  const { openLinkedTarget } = await import('../../packagelink/link/linked-target.ts');
  const { repairTarget } = await import('../../packagelink/link/repair-target.ts');
  const { printLines } = await import('../../machdb/views/printable.ts');
  const { root, stateFile } = openLinkedTarget(target, state);
  const result = await repairTarget(stateFile);
  const { savedIn, lost } = result;
  if (json === true) process.stdout.write(`${JSON.stringify(result, undefined, 2)}\n`);
  else if (savedIn === undefined) process.stdout.write(`${stateFile} is sound; nothing was changed\n`);
  else {
    const next = lost.length === 0 ? `packagelink --target ${root}` : `packagelink --target ${root} TREE…`;
    process.stdout.write(
      printLines([
        `the old database and all that was kept are in ${savedIn}`,
        ...lost.map((what) => `lost: ${what}`),
        lost.length === 0 ? 'nothing is lost' : LOSS,
        `next: ${next}`,
      ]),
    );
  }
  if (lost.length > 0) process.exitCode = 1;
}

const LOSS =
  'name the trees of all lost packages in one run: what a run does not find linked, it takes away as packageunlink does';

const REPAIR_HELP = `
A database that is sound is left as it is. Otherwise the old one is copied into a directory beside it, FILE.damaged-TIME, with
all contents and versions that were kept; rows that can be read and make sense go into a new one. The target is not
touched: the next run compares all of it. Remove the directory when all is well.

Exit codes: 0 sound, or nothing is lost; 1 something is lost; 2 bad input.

Examples:
  packagelink repair --target /usr/local
  packagelink repair --target /usr/local --json | jq -r .lost[]
`;
