// What makes a partition the EFI system partition of a Linux machine. In: a mount point, or a type. Out: yes or no. Pure.
import { dosTypes } from './tables/dos.ts';
import { gptTypes } from './tables/gpt.ts';

/** Where Linux mounts it. */
export const EFI_MOUNT_POINT = '/boot/efi';

/** By the type in the table, in lower case; a further one, on another disk of a mirror, is not mounted. */
export function isEfiSystem({ type }: { readonly type: string }): boolean {
  return type === gptTypes.efiSystem || type === dosTypes.efiSystem;
}
