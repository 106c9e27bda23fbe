import { renderDebianFiles } from '../render/debian-files.ts';
import { renderNetworkdFiles } from '../render/networkd-files.ts';
import { findImageKernel } from './find-image-kernel.ts';
import type { SystemKind } from './system-kind.ts';

/** Debian with systemd-networkd, and GRUB or systemd-boot. */
export const debian: SystemKind = {
  name: 'debian',
  renderFiles: renderDebianFiles,
  renderNetwork: renderNetworkdFiles,
  diskPaths: [
    '/etc/fstab',
    '/etc/crypttab',
    '/etc/mdadm/mdadm.conf',
    '/etc/default/grub.d/gutinteg.cfg',
    '/etc/default/grub.d/gutinteg_root.cfg',
  ],
  findKernel: findImageKernel,
  kernelFiles: (release) => ({ kernel: `boot/vmlinuz-${release}`, initramfs: `boot/initrd.img-${release}` }),
  renewMenuCommand: 'update-grub',
  bootPaths: {
    grubInstall: '/usr/sbin/grub-install',
    grubMenu: '/boot/grub/grub.cfg',
    efi: {
      vendor: 'debian',
      shim: '/usr/lib/shim',
      grub: '/usr/lib/grub',
      packages: ({ name }) => ['shim-signed', `grub-efi-${name}-signed`],
    },
    systemdBoot: {
      programs: '/usr/lib/systemd/boot/efi',
      menu: '/boot/loader/gutinteg.conf',
      packages: ['systemd-boot-efi'],
    },
  },
};
