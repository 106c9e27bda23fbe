import type { BootProgram } from './boot-program.ts';
import { uefiX64Ipxe } from './uefi-x64-ipxe.ts';

/** The same iPXE, fetched by HTTP. */
export const uefiHttpX64Ipxe: BootProgram = { ...uefiX64Ipxe, firmware: 'uefi-http', by: 'http' };
