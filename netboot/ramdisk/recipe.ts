// What the boot ramdisk is made of: Debian packages, drivers, tools. In: an architecture. Out: data. Never: I/O.
import type { Architecture } from '../../lib/architecture.ts';

export const debianSuite = 'bookworm';

/** Packages whose files are picked from; they are unpacked, never configured or run. */
export function debianPackages({ name }: Architecture): readonly string[] {
  return [`linux-image-${name}`, ...PACKAGES];
}

const PACKAGES = [
  'busybox-static',
  'kmod',
  'util-linux',
  'mount',
  'fdisk',
  'e2fsprogs',
  'xfsprogs',
  'btrfs-progs',
  'dosfstools',
  'mdadm',
  'lvm2',
  'dmsetup',
  'efibootmgr',
  'libc6',
  'libgcc-s1',
  'libstdc++6',
  'libatomic1',
] as const;

/** Accelerated checksums and the like, which are other modules on each architecture. */
const OWN_MODULES: { readonly [name in Architecture['name']]: readonly string[] } = {
  amd64: ['arch/x86/crypto/crc32c-intel.ko', 'arch/x86/crypto/crct10dif-pclmul.ko'],
  // Its CRC-32C is in the kernel itself.
  arm64: ['arch/arm64/crypto/crct10dif-ce.ko'],
};

/**
 * Kernel modules to carry, as folders (with a final slash) or single modules below `kernel/`; what they depend on
 * comes along. Network cards and disk controllers of PCs and servers, and the file systems an installer makes.
 */
export function moduleSelection({ name }: Architecture): readonly string[] {
  return [...MODULES, ...OWN_MODULES[name]];
}

const MODULES = [
  'drivers/net/ethernet/',
  'drivers/net/phy/',
  'drivers/net/mdio/',
  'drivers/net/usb/',
  'drivers/net/hyperv/',
  'drivers/net/vmxnet3/',
  'drivers/net/virtio_net.ko',
  'drivers/net/xen-netfront.ko',
  'drivers/virtio/',
  'drivers/hv/',
  'drivers/block/virtio_blk.ko',
  'drivers/block/xen-blkfront.ko',
  'drivers/block/loop.ko',
  'drivers/ata/',
  'drivers/scsi/',
  'drivers/message/',
  'drivers/nvme/host/',
  'drivers/md/',
  'drivers/cdrom/',
  'drivers/acpi/nfit/',
  'drivers/nvdimm/',
  'drivers/mmc/core/',
  'drivers/mmc/host/',
  'drivers/usb/host/',
  'drivers/usb/storage/',
  'drivers/hid/usbhid/',
  'drivers/hid/hid-generic.ko',
  'drivers/char/hw_random/virtio-rng.ko',
  'fs/ext4/',
  'fs/xfs/',
  'fs/btrfs/',
  'fs/fat/',
  'fs/efivarfs/efivarfs.ko',
  'fs/isofs/isofs.ko',
  'fs/nls/nls_ascii.ko',
  'fs/nls/nls_cp437.ko',
  'fs/nls/nls_iso8859-1.ko',
  'fs/nls/nls_utf8.ko',
  'crypto/crc32c_generic.ko',
  'crypto/xxhash_generic.ko',
  'crypto/blake2b_generic.ko',
] as const;

/** Never carried, although a selected folder holds them: they answer to no hardware. */
export const moduleExclusions = ['drivers/scsi/scsi_debug.ko', 'drivers/ata/pata_legacy.ko'] as const;

/** Name in /usr/bin → file of the Debian packages. Libraries follow from the files themselves. */
export const tools: Readonly<Record<string, string>> = {
  busybox: 'bin/busybox',
  modprobe: 'bin/kmod',
  mount: 'bin/mount',
  umount: 'bin/umount',
  lsblk: 'bin/lsblk',
  sfdisk: 'sbin/sfdisk',
  wipefs: 'sbin/wipefs',
  blkdiscard: 'sbin/blkdiscard',
  blkid: 'sbin/blkid',
  blockdev: 'sbin/blockdev',
  partx: 'usr/bin/partx',
  mkswap: 'sbin/mkswap',
  mke2fs: 'sbin/mke2fs',
  e2fsck: 'sbin/e2fsck',
  'mkfs.xfs': 'sbin/mkfs.xfs',
  xfs_repair: 'sbin/xfs_repair',
  'mkfs.btrfs': 'sbin/mkfs.btrfs',
  btrfs: 'bin/btrfs',
  'mkfs.fat': 'sbin/mkfs.fat',
  'fsck.fat': 'sbin/fsck.fat',
  mdadm: 'sbin/mdadm',
  lvm: 'sbin/lvm',
  dmsetup: 'sbin/dmsetup',
  efibootmgr: 'bin/efibootmgr',
};

/** More names of the tools, which act by the name that they are called by. */
export const toolLinks: Readonly<Record<string, string>> = {
  ...namesOf('mke2fs', ['mkfs.ext2', 'mkfs.ext3', 'mkfs.ext4']),
  ...namesOf('e2fsck', ['fsck.ext2', 'fsck.ext3', 'fsck.ext4']),
  ...namesOf('mkfs.fat', ['mkfs.vfat']),
  ...namesOf('fsck.fat', ['fsck.vfat']),
  ...namesOf('lvm', ['pvcreate', 'pvremove', 'pvs', 'vgcreate', 'vgchange', 'vgremove', 'vgs']),
  ...namesOf('lvm', ['lvcreate', 'lvchange', 'lvremove', 'lvs']),
};

function namesOf(tool: string, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, tool]));
}

/** Files that a tool reads at run time: path in the ramdisk → file of the Debian packages. */
export const toolFiles: Readonly<Record<string, string>> = {
  'etc/mke2fs.conf': 'etc/mke2fs.conf',
};

/** Of the ramdisk alone: GRUB or iPXE loads it by network, and firmware copies it in memory. */
export const ramdiskLimitBytes = 70 * 1024 ** 2;
