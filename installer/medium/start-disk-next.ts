import { CommandError } from '../../lib/run-command.ts';
import type { RunCommand } from '../../lib/run-command.ts';
import { readEfi } from '../look/efi/read-efi.ts';
import { planBootNext } from './plan-boot-next.ts';

/**
 * Tells a UEFI to start from a disk next, once. Answers the name of that entry; undefined where the firmware is a BIOS,
 * has no such entry, or does not take it: then it would start the medium again.
 */
export async function startDiskNext(run: RunCommand): Promise<string | undefined> {
  const efi = await readEfi(run);
  const entry = efi === undefined ? undefined : planBootNext(efi.boot);
  if (entry === undefined || efi?.variables !== 'writable') return undefined;
  try {
    await run(['efibootmgr', '--quiet', '--bootnext', entry.number]);
    return entry.label;
  } catch (error) {
    if (error instanceof CommandError) return undefined;
    throw error;
  }
}
