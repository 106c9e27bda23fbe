// `gutinteg netboot` on an installed machine: its next start is from the network. In: the machine's state, its firmware.
// Out: a line. Never: asks a server: what it does with the machine then is the server's to say.
import type { Command } from 'commander';
import { runCommand } from '../../lib/run-command.ts';
import { netbootNext } from '../boot-loaders/nvram/netboot-next.ts';
import { readEfi } from '../look/efi/read-efi.ts';
import { readMacs } from '../look/read-facts.ts';
import { readMachineState } from '../machine/machine-state.ts';

const HELP = `
Firmware starts this machine from its own disk; this orders one start from the network. The server decides what is done
then: an armed machine is installed, any other one is sent back to its disk.

Examples:
  gutinteg netboot             the next time that it is started
  gutinteg netboot --reboot    now
`;

/** Adds the command. */
export function addNetbootCommand(program: Command): void {
  program
    .command('netboot')
    .description('makes the next start one from the network, on machines with UEFI firmware')
    .option('--reboot', 'restart at once', false)
    .addHelpText('after', HELP)
    .action(netboot);
}

async function netboot({ reboot }: { readonly reboot: boolean }): Promise<void> {
  const [{ networkBoot: remembered }, efi, macs] = await Promise.all([
    readMachineState(),
    readEfi(runCommand),
    readMacs(),
  ]);
  const { number, label } = await netbootNext({ run: runCommand, efi, remembered, macs });
  process.stdout.write(`the next start is from the network: boot entry ${number}, ${label}\n`);
  if (reboot) await runCommand(['reboot']);
}
