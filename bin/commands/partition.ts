import type { Command } from 'commander';
import { addTableCommands } from './partition-tables.ts';

/** `gutinteg partition …`. */
export function addPartitionCommand(program: Command): void {
  const partition = program.command('partition').description('partition tables of disks');
  addTableCommands(partition);
}
