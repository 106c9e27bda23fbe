/** Values of BOOTLOADER; for which firmware each is, `installer/boot-loaders/all.ts` says. */
export const bootLoaderNames = ['grub', 'systemd-boot'] as const;

export type BootLoaderName = (typeof bootLoaderNames)[number];
