import type { BootProgram } from './boot-program.ts';
import { shimAndGrub } from './shim-and-grub.ts';

/** UEFI HTTP Boot on amd64: no TFTP at all. @see UEFI 2.10 §24.7 */
export const uefiHttpX64: BootProgram = { ...shimAndGrub('amd64'), firmware: 'uefi-http', by: 'http' };
