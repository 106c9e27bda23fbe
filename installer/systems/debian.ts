import { renderDebianFiles } from '../render/debian-files.ts';
import type { SystemKind } from './system-kind.ts';

/** Debian with systemd-networkd and GRUB. */
export const debian: SystemKind = {
  name: 'debian',
  renderFiles: renderDebianFiles,
  diskPaths: ['/etc/fstab', '/etc/crypttab', '/etc/mdadm/mdadm.conf', '/etc/default/grub.d/gutinteg.cfg'],
  kernelFiles: (release) => ({ kernel: `boot/vmlinuz-${release}`, initramfs: `boot/initrd.img-${release}` }),
  renewMenuCommand: 'update-grub',
  bootPaths: { grubInstall: '/usr/sbin/grub-install', grubMenu: '/boot/grub/grub.cfg' },
};
