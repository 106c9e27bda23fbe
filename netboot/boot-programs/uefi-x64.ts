import type { BootProgram } from './boot-program.ts';
import { shimAndGrub } from './shim-and-grub.ts';

/** UEFI on amd64, by PXE. */
export const uefiX64: BootProgram = { ...shimAndGrub('amd64'), firmware: 'uefi', by: 'tftp' };
