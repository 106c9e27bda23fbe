import type { BootProgram } from './boot-program.ts';
import { ipxe } from './ipxe.ts';

/** A PC with a BIOS: iPXE on the network driver that the firmware has loaded already (UNDI). */
export const biosX64: BootProgram = {
  ...ipxe,
  firmware: 'bios',
  architecture: 'amd64',
  loader: 'undionly.kpxe',
  by: 'tftp',
};
