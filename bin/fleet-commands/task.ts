import type { Command } from 'commander';
import { addFleetOptions, connect } from './fleet-options.ts';
import type { FleetOptions } from './fleet-options.ts';
import { parseCount } from './parse-count.ts';

/** `gutinteg fleet task NUMBER`. */
export function addFleetTaskCommand(fleet: Command): void {
  addFleetOptions(fleet.command('task'))
    .description('show the answer of a host that was asked before')
    .argument('<number>', 'as the command that asked has printed it', parseCount)
    .addHelpText('after', HELP)
    .action(task);
}

async function task(id: number, options: FleetOptions): Promise<void> {
  const { showTask } = await import('../../contract/fleet/api/tasks.ts');
  const { print, printJson, printTable } = await import('./output/print.ts');
  const { countFiles, detailLines, FILE_HEADER, fileCells, sourceLines } = await import('./output/task-text.ts');
  const { agoText } = await import('./output/times.ts');
  const client = await connect(options);
  const answer = await client.ask(showTask, { id });
  if (options.json === true) return printJson(answer);
  const now = Date.now();
  const asked = `${answer.kind} of ${answer.name}, asked ${agoText(answer.createdAt, now)}: ${answer.state}`;
  if (answer.answer === undefined)
    return print([`${asked}; its next check-in is due ${agoText(answer.nextDueAt, now)}`]);
  print([asked]);
  if (answer.answer.kind === 'failed') {
    print([`it could not be done: ${answer.answer.message}`]);
    process.exitCode = 1;
  }
  if (answer.answer.kind === 'files') {
    printTable(FILE_HEADER, answer.answer.files.map(fileCells));
    print([countFiles(answer.answer)]);
  }
  if (answer.answer.kind === 'details') print(detailLines(answer.answer));
  if (answer.answer.kind === 'sources') print(sourceLines(answer.answer));
}

const HELP = `
Examples:
  gutinteg fleet task 12 --site ~/site
`;
