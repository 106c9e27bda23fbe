// Which files of which Debian packages machines boot from before they have a kernel. In: an architecture. Out: data.
// Never: I/O; says which firmware is given which file: boot programs do.
import type { Architecture } from '../../lib/architecture.ts';

/** The first Debian whose signed network GRUB reads files by HTTP; it boots kernels of older ones. */
export const bootFilesSuite = 'trixie';

/** A file of `boot/ARCH/`, and where the packages have it. */
export type BootFile = { readonly name: string; readonly path: string };

/** GRUB for a BIOS that starts a stick or CD; it is made of the packages' modules. */
export const BIOS_CD_FILE = 'bios-cd.img';

/** Names of packages; what they depend on comes along, GRUB's modules and programs among them. */
export function bootFilePackages({ name }: Architecture): readonly string[] {
  return ['shim-signed', `grub-efi-${name}-signed`, ...(BIOS[name]?.packages ?? [])];
}

/** Shim with its two helpers, GRUB for the network and for media, and what BIOS and iPXE need. */
export function bootFiles({ name, grub, efi }: Architecture): readonly BootFile[] {
  const { suffix } = efi;
  const shim = ['shim', 'mm', 'fb'].map((part) => `${part}${suffix}.efi`);
  const signedGrub = `usr/lib/grub/${grub.efi}-signed`;
  return [
    ...shim.map((file) => ({ name: file, path: `usr/lib/shim/${file}.signed` })),
    // Shim looks for its next stage under this name, and the package for the disk has it, too.
    { name: `grub${suffix}.efi`, path: `${signedGrub}/grubnet${suffix}.efi.signed` },
    { name: `gcd${suffix}.efi`, path: `${signedGrub}/gcd${suffix}.efi.signed` },
    ...(BIOS[name]?.files ?? []),
  ];
}

type More = { readonly packages: readonly string[]; readonly files: readonly BootFile[] };

/** What only some architectures have: a BIOS, and iPXE in Debian. */
const BIOS: { readonly [name in Architecture['name']]?: More } = {
  amd64: {
    packages: ['grub-pc-bin', 'ipxe'],
    files: [
      { name: 'undionly.kpxe', path: 'usr/lib/ipxe/undionly.kpxe' },
      { name: 'snponly.efi', path: 'usr/lib/ipxe/snponly.efi' },
      { name: 'boot_hybrid.img', path: 'usr/lib/grub/i386-pc/boot_hybrid.img' },
    ],
  },
};
