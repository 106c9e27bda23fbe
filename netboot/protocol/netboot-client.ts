// Who is asking: a running system, a firmware's network boot, or iPXE. In: DHCP options. Out: a small object.
import { option, readText, readUint16, readUserClasses } from './dhcp-options.ts';
import type { DhcpOptions } from './dhcp-option-areas.ts';

/**
 * Client architectures of option 93. @see RFC 4578 §2.1 and IANA's "Processor Architecture Types"
 */
type Architecture = {
  readonly firmware: 'bios' | 'uefi' | 'uefi-http' | 'other';
  readonly name: string;
};

const ARCHITECTURES: Readonly<Record<number, Architecture>> = {
  0: { firmware: 'bios', name: 'x86 BIOS' },
  6: { firmware: 'uefi', name: 'IA32 UEFI' },
  7: { firmware: 'uefi', name: 'x64 UEFI' },
  9: { firmware: 'uefi', name: 'x64 UEFI (EBC)' },
  10: { firmware: 'uefi', name: 'ARM32 UEFI' },
  11: { firmware: 'uefi', name: 'ARM64 UEFI' },
  15: { firmware: 'uefi-http', name: 'IA32 UEFI HTTP' },
  16: { firmware: 'uefi-http', name: 'x64 UEFI HTTP' },
  18: { firmware: 'uefi-http', name: 'ARM32 UEFI HTTP' },
  19: { firmware: 'uefi-http', name: 'ARM64 UEFI HTTP' },
};

export type NetbootClient =
  | { readonly kind: 'system' }
  | { readonly kind: 'firmware'; readonly architecture: Architecture }
  | { readonly kind: 'ipxe'; readonly architecture: Architecture };

/** Tells them apart by vendor class (60), user class (77), architecture (93) and iPXE's own option (175). */
export function readNetbootClient(options: DhcpOptions): NetbootClient {
  const code = readUint16(options, option.architecture) ?? 0;
  const architecture = ARCHITECTURES[code] ?? { firmware: 'other', name: `architecture ${code}` };
  if (options.has(option.ipxe) || readUserClasses(options).includes('iPXE')) return { kind: 'ipxe', architecture };
  const vendor = readText(options, option.vendorClass) ?? '';
  if (vendor.startsWith('PXEClient') || vendor.startsWith('HTTPClient')) return { kind: 'firmware', architecture };
  return { kind: 'system' };
}
