import type { Command } from 'commander';
import { addSpecCommands } from './partition-specs.ts';
import { addTableCommands } from './partition-tables.ts';

/** `gutinteg partition …`. */
export function addPartitionCommand(program: Command): void {
  const partition = program
    .command('partition')
    .description('work with disk layouts by hand, and with saved partition tables');
  addSpecCommands(partition);
  addTableCommands(partition);
}
