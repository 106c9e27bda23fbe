import type { Architecture } from '../../lib/architecture.ts';

/** Where an operating system has what boot loaders need of it; absolute paths. */
export type BootPaths = {
  readonly grubInstall: string;
  readonly grubMenu: string;
  readonly efi: {
    /** Its directory below EFI/ of an EFI system partition: signed programs have it built in. */
    readonly vendor: string;
    /** Directory of shim, of its key manager and of its fallback, each signed. */
    readonly shim: string;
    /** Above the directories of GRUB's targets, and of those of their signed programs. */
    readonly grub: string;
    /** The packages that bring these. */
    readonly packages: (architecture: Architecture) => readonly string[];
  };
  readonly systemdBoot: {
    /** Directory of its programs. */
    readonly programs: string;
    /** What the EFI system partitions get their entries from. */
    readonly menu: string;
    readonly packages: readonly string[];
  };
};
