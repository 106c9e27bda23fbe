// What will keep the firmware from having a boot entry. In: facts. Out: notes for the plan. Pure.
import type { EfiFacts } from '../../../partition-specs/efi-facts.ts';

/** Why an entry is no must. */
export const FALLBACK = 'the firmware then starts EFI/BOOT of the first disk that has it';

/** An entry with its name, its path and its place in the order, rounded up. */
const ENTRY_BYTES = 512;

/** Said before the installation, which says the same and goes on. */
export function foreseeEntryFaults(efi: Pick<EfiFacts, 'variables' | 'freeBytes'> | undefined): string[] {
  if (efi === undefined) return [];
  if (efi.variables !== 'writable') return [`no boot entry will be made: ${variablesAre(efi)}; ${FALLBACK}`];
  if (efi.freeBytes === undefined || efi.freeBytes >= ENTRY_BYTES) return [];
  return [`the firmware's memory for variables is full, and may not take a boot entry; ${FALLBACK}`];
}

export function variablesAre({ variables }: Pick<EfiFacts, 'variables'>): string {
  return `the firmware's variables ${variables === 'hidden' ? 'are not to be seen' : 'are read-only'}`;
}
