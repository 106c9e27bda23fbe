// What each processor architecture is called by those who have a name for it. In: nothing. Out: one table. Never: I/O;
// says what can be built or booted for an architecture: whoever builds or boots knows that.

/** A DHCP client architecture. @see IANA, "Processor Architecture Types" (option 93), and RFC 4578 §2.1 */
export type ClientArchitecture = {
  readonly code: number;
  readonly firmware: 'bios' | 'uefi' | 'uefi-http';
  readonly name: string;
};

export type Architecture = {
  /** Debian's name, and ours: ARCH of a record, `arch` of a recipe, a directory of `boot/`. */
  readonly name: 'amd64' | 'arm64';
  /** Node's name: `process.arch`, and the end of the npm package's name. */
  readonly node: 'x64' | 'arm64';
  /** Directory of the libraries below /usr/lib. @see Debian's Multiarch specification */
  readonly multiarch: string;
  /** What loads a program's libraries; its path in /usr is part of every program. */
  readonly dynamicLoader: { readonly directory: 'lib' | 'lib64'; readonly name: string };
  /** e_machine of its programs. @see System V ABI, chapter 4, ELF Header */
  readonly elfMachine: number;
  /** Kernel consoles of a machine that nothing else is said of: screen, first serial line; the last is /dev/console. */
  readonly consoles: readonly string[];
  /** GRUB's targets. @see grub-install(8), --target */
  readonly grub: { readonly bios: string | undefined; readonly efi: string };
  /** `user` runs single programs. @see qemu-user-static(1) */
  readonly qemu: { readonly system: string; readonly machine: string; readonly user: string };
  /**
   * How names of its EFI programs end, and the file that firmware starts on a medium without boot entries.
   * @see UEFI 2.10 §3.5.1.1
   */
  readonly efi: { readonly suffix: string; readonly removableLoader: string };
  readonly dhcp: readonly ClientArchitecture[];
};

export const architectures = {
  amd64: {
    name: 'amd64',
    node: 'x64',
    multiarch: 'x86_64-linux-gnu',
    dynamicLoader: { directory: 'lib64', name: 'ld-linux-x86-64.so.2' },
    elfMachine: 62,
    consoles: ['tty0', 'ttyS0,115200'],
    grub: { bios: 'i386-pc', efi: 'x86_64-efi' },
    qemu: { system: 'qemu-system-x86_64', machine: 'q35', user: 'qemu-x86_64-static' },
    efi: { suffix: 'x64', removableLoader: 'BOOTX64.EFI' },
    dhcp: [
      { code: 0, firmware: 'bios', name: 'x86 BIOS' },
      { code: 7, firmware: 'uefi', name: 'x64 UEFI' },
      // RFC 4578 has 7 and 9 the other way round (erratum 4624); some firmware goes by it.
      { code: 9, firmware: 'uefi', name: 'x64 UEFI (EBC)' },
      { code: 16, firmware: 'uefi-http', name: 'x64 UEFI HTTP' },
    ],
  },
  arm64: {
    name: 'arm64',
    node: 'arm64',
    multiarch: 'aarch64-linux-gnu',
    dynamicLoader: { directory: 'lib', name: 'ld-linux-aarch64.so.1' },
    elfMachine: 183,
    // Which serial line it has nobody knows before: one that is not there is left out, and of two the last is /dev/console.
    // SBSA servers and virtual machines have ttyAMA0, of a speed of its own.
    consoles: ['tty0', 'ttyS0,115200', 'ttyAMA0'],
    grub: { bios: undefined, efi: 'arm64-efi' },
    qemu: { system: 'qemu-system-aarch64', machine: 'virt', user: 'qemu-aarch64-static' },
    efi: { suffix: 'aa64', removableLoader: 'BOOTAA64.EFI' },
    dhcp: [
      { code: 11, firmware: 'uefi', name: 'ARM64 UEFI' },
      { code: 19, firmware: 'uefi-http', name: 'ARM64 UEFI HTTP' },
    ],
  },
} as const satisfies { readonly [Name in Architecture['name']]: Architecture & { readonly name: Name } };

/** Names of all architectures. */
export const architectureNames = Object.values(architectures).map(({ name }) => name);

/** The architecture of a machine, by ARCH of its record; amd64 where that says nothing, undefined where nobody knows it. */
export function architectureOfRecord({ ARCH = '' }: { readonly ARCH?: string }): Architecture | undefined {
  if (ARCH === '') return architectures.amd64;
  return Object.values(architectures).find(({ name }) => name === ARCH);
}

/** The architectures whose programs a system with these paths (without a slash in front) can start. */
export function architecturesOfFiles(paths: Iterable<string>): readonly Architecture['name'][] {
  const found = new Set(paths);
  const runs = ({ dynamicLoader: { directory, name } }: Architecture): boolean =>
    found.has(`usr/${directory}/${name}`) || found.has(`${directory}/${name}`);
  return Object.values(architectures)
    .filter(runs)
    .map(({ name }) => name);
}

/** Debian's name of the architecture that Node names; of one that we know nothing else of, Node's. */
export function architectureOf(node: string): string {
  return Object.values(architectures).find((one) => one.node === node)?.name ?? node;
}
