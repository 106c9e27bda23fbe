import { grubInstallArgv } from '../boot-loaders/grub-install.ts';
import { renderDebianFiles } from '../render/debian-files.ts';
import { renderGrubCfg } from '../boot-loaders/grub-cfg.ts';
import type { SystemKind } from './system-kind.ts';

/** Debian with systemd-networkd and GRUB. */
export const debian: SystemKind = {
  name: 'debian',
  renderFiles: renderDebianFiles,
  diskPaths: ['/etc/fstab', '/etc/crypttab', '/etc/mdadm/mdadm.conf', '/etc/default/grub.d/gutinteg.cfg'],
  renderBootMenu: (input) => ({ path: '/boot/grub/grub.cfg', mode: 0o600, content: renderGrubCfg(input) }),
  kernelFiles: (release) => ({ kernel: `boot/vmlinuz-${release}`, initramfs: `boot/initrd.img-${release}` }),
  renewMenuCommand: 'update-grub',
  bootLoaderArgv: grubInstallArgv,
};
