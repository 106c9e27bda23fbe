import type { BootProgram } from './boot-program.ts';
import { ipxe } from './ipxe.ts';

/** iPXE on the network driver of a UEFI without Secure Boot, which refuses it. */
export const uefiX64Ipxe: BootProgram = {
  ...ipxe,
  firmware: 'uefi',
  architecture: 'amd64',
  loader: 'snponly.efi',
  by: 'tftp',
};
