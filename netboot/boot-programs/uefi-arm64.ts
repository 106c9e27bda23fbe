import type { BootProgram } from './boot-program.ts';
import { shimAndGrub } from './shim-and-grub.ts';

/** UEFI on arm64, by PXE. */
export const uefiArm64: BootProgram = { ...shimAndGrub('arm64'), firmware: 'uefi', by: 'tftp' };
