// Mount options of the root that a remount refuses or ignores, so that fstab comes too late for them. In: what the root
// holds. Out: a word for the kernel's command line. Pure.
import { filesystemOf } from '../filesystems/all.ts';
import type { LayoutContent } from '../layout.ts';
import { optionName } from '../option-table.ts';

/** The kernel's remount leaves the first as it is, and XFS decides by the second once. @see mount(2), MS_REMOUNT */
const FOR_ALL: readonly string[] = ['dirsync', 'sync'];

/** `rootflags=data=journal`, or nothing. @see kernel-parameters.txt, rootflags= */
export function rootFlagsOf({ filesystem, options }: LayoutContent): string[] {
  const first = new Set([...FOR_ALL, ...(filesystemOf(filesystem).firstMountOptions ?? [])]);
  const flags = options.filter((option) => first.has(optionName(option)));
  return flags.length === 0 ? [] : [`rootflags=${flags.join(',')}`];
}

/** Read by update-grub after gutinteg.cfg, which sets the variable. */
export const GRUB_ROOT_FILE = '/etc/default/grub.d/gutinteg_root.cfg';

export function grubDefaults(flags: string): string {
  return `# Made by gutinteg from PARTITION.\nGRUB_CMDLINE_LINUX="$GRUB_CMDLINE_LINUX ${flags}"\n`;
}
