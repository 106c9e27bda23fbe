// Which paths belong to which kernel. In: package paths. Out: releases, as `uname -r` prints them. Pure.

/** Debian's names, those of other distributions (`vmlinuz-generic-6.1`), and what package managers leave beside them. */
const BOOT_FILE =
  /^(?:vmlinu[xz]|kernel|b?zImage|Image|uImage|initrd(?:\.img)?|initramfs|uInitrd|System\.map|config|symvers|dtb)-(?:[a-z]+-)?(\d[\w.+~-]*?)(?:kdump|-fallback)?(?:\.(?:img|gz|xz|zst|lz4|hmac|sig|signed|efi|old-dkms|old|bak))*$/;
const KERNEL = /^(?:vmlinu[xz]|kernel|b?zImage|Image|uImage)-/;
const INITRAMFS = /^(?:initrd|initramfs|uInitrd)/;
/** Modules, device trees, and directories of boot loader entries, which begin with a machine id. */
const DIRECTORY =
  /^(?:(?:usr\/)?lib\/(?:modules\/|linux-image-)|boot\/dtbs\/|(?:boot\/(?:efi\/)?|efi\/)[0-9a-f]{32}\/)(\d[^/]*)(?:\/|$)/;

/** The kernel that a path belongs to: `boot/vmlinuz-6.1.0-9-amd64` and `lib/modules/6.1.0-9-amd64/…` are of one. */
export function releaseOfPath(path: string): string | undefined {
  const name = nameInBoot(path);
  return (name === undefined ? undefined : releaseOfName(name)) ?? DIRECTORY.exec(path)?.[1];
}

/** The same of a file's name alone: `vmlinuz-6.1`. */
export function releaseOfName(name: string): string | undefined {
  return BOOT_FILE.exec(name)?.[1];
}

/** The kernel whose initramfs this is; undefined for anything else. */
export function releaseOfInitramfs(path: string): string | undefined {
  const name = nameInBoot(path);
  return name !== undefined && INITRAMFS.test(name) ? releaseOfName(name) : undefined;
}

/** Whether this is the kernel itself: `boot/vmlinuz-6.1`. */
export function isKernel(path: string): boolean {
  return KERNEL.test(nameInBoot(path) ?? '');
}

/** Of a path in a directory from which firmware or a boot loader reads. */
export function nameInBoot(path: string): string | undefined {
  return /^(?:boot|efi)\/(?:.*\/)?([^/]+)$/.exec(path)?.[1];
}
