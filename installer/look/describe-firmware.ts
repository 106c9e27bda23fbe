import type { MachineFacts } from '../../partition-specs/disk-facts.ts';

/** What a person wants to know of it before an installation: `UEFI, Secure Boot on`. */
export function describeFirmware({ firmware, efi }: Pick<MachineFacts, 'firmware' | 'efi'>): string {
  if (efi === undefined) return firmware === 'bios' ? 'BIOS' : 'UEFI';
  const unwritable = efi.variables === 'writable' ? '' : `, its variables are ${efi.variables}`;
  return `UEFI, Secure Boot ${efi.secureBoot ? 'on' : 'off'}${unwritable}`;
}
