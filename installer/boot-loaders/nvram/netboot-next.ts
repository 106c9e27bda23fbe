// The next start from the network, for that once. In: the firmware's entries, what is remembered. Out: the entry that was
// chosen. Never: changes the order of all other starts.
import { UserError } from '../../../lib/errors.ts';
import { CommandError } from '../../../lib/run-command.ts';
import type { RunCommand } from '../../../lib/run-command.ts';
import type { BootEntry, EfiFacts } from '../../../partition-specs/efi-facts.ts';
import { findNetworkEntry } from './network-entry.ts';
import type { NetworkEntry } from './network-entry.ts';

type NextInput = {
  readonly run: RunCommand;
  readonly efi: Pick<EfiFacts, 'boot' | 'variables'> | undefined;
  readonly remembered: NetworkEntry | undefined;
  readonly macs: readonly string[];
};

/** @throws UserError when the firmware cannot be told, with what to do instead */
export async function netbootNext({ run, efi, remembered, macs }: NextInput): Promise<BootEntry> {
  const hint = "choose the network in the firmware's own boot menu";
  if (efi === undefined) {
    throw new UserError('this machine was started by a BIOS, which has no order for one start', { hint });
  }
  const entry = findNetworkEntry(efi.boot, { remembered, macs });
  if (entry === undefined) throw new UserError('the firmware has no boot entry for the network', { hint });
  if (efi.variables !== 'writable') throw new UserError("the firmware's variables cannot be written", { hint });
  if (efi.boot.next === entry.number) return entry;
  try {
    await run(['efibootmgr', '--quiet', '--bootnext', entry.number], { timeoutMs: 60_000 });
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    throw new UserError('the firmware did not take the order for the next start', { cause: error, hint });
  }
  return entry;
}
