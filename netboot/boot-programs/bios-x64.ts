import type { BootProgram } from './boot-program.ts';

/** A PC with a BIOS: iPXE on the network driver that the firmware has loaded already (UNDI). */
export const biosX64: BootProgram = {
  firmware: 'bios',
  architecture: 'amd64',
  loader: 'undionly.kpxe',
  startScript: 'start.ipxe',
  // What newer iPXE asks for by itself.
  startScriptAliases: ['autoexec.ipxe'],
};
