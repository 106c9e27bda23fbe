import type { BootProgram } from './boot-program.ts';
import { shimAndGrub } from './shim-and-grub.ts';

/** UEFI HTTP Boot on arm64. */
export const uefiHttpArm64: BootProgram = { ...shimAndGrub('arm64'), firmware: 'uefi-http', by: 'http' };
