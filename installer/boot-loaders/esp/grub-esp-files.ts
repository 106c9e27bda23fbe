// What an EFI system partition holds, so that firmware starts shim, shim starts GRUB, and GRUB finds its menu.
// In: layout, names. Out: files in the order in which they are written. Pure.
import type { Architecture } from '../../../lib/architecture.ts';
import type { Layout } from '../../../partition-specs/layout.ts';
import type { BootPaths } from '../boot-paths.ts';
import { bootFilesystem } from '../plan-boot-files.ts';
import type { WantedEspFile } from './esp-file.ts';

type GrubEsp = {
  readonly layout: Layout;
  readonly architecture: Architecture;
  readonly paths: BootPaths;
  /** Of the boot entry that shim's fallback makes where the firmware has lost it. */
  readonly label: string;
};

/** What a boot entry names; shim starts the GRUB beside it. */
export function shimPath(architecture: Architecture, { efi }: BootPaths): string {
  return `EFI/${efi.vendor}/shim${architecture.efi.suffix}.efi`;
}

/**
 * What is started comes last: at each moment, what a file needs is there. Firmware without a boot entry starts the
 * fallback's shim, which makes the entries that it finds in each list, and starts the first.
 */
export function grubEspFiles({ layout, architecture, paths, label }: GrubEsp): WantedEspFile[] {
  const { suffix, removableLoader } = architecture.efi;
  const { vendor, shim, grub } = paths.efi;
  const own = `EFI/${vendor}`;
  const system = (path: string) => ({ kind: 'system' as const, path });
  const shimFile = system(`${shim}/shim${suffix}.efi.signed`);
  const manager = system(`${shim}/mm${suffix}.efi.signed`);
  const fallback = system(`${shim}/fb${suffix}.efi.signed`);
  const list = `shim${suffix}.efi,${label},,The boot entry of ${label}\n`;
  return [
    { path: `${own}/grub.cfg`, from: { kind: 'text', text: renderStub(layout, paths), encoding: 'utf8' } },
    {
      path: `${own}/grub${suffix}.efi`,
      from: system(`${grub}/${architecture.grub.efi}-signed/grub${suffix}.efi.signed`),
    },
    { path: `${own}/mm${suffix}.efi`, from: manager },
    { path: `${own}/fb${suffix}.efi`, from: fallback },
    { path: `${own}/shim${suffix}.efi`, from: shimFile },
    { path: `${own}/BOOT${suffix.toUpperCase()}.CSV`, from: { kind: 'text', text: list, encoding: 'utf16le' } },
    { path: `EFI/BOOT/mm${suffix}.efi`, from: manager, isFallback: true },
    { path: `EFI/BOOT/fb${suffix}.efi`, from: fallback, isFallback: true },
    { path: `EFI/BOOT/${removableLoader}`, from: shimFile, isFallback: true },
  ];
}

/** The menu itself lies beside the kernels, so that there is one for all disks, arrays and firmwares. */
function renderStub(layout: Layout, { grubMenu }: BootPaths): string {
  const { uuid, locate } = bootFilesystem(layout);
  const menu = locate(grubMenu.slice(1));
  const lines = [
    '# Written by gutinteg, which restores it.',
    `search --no-floppy --fs-uuid --set=root ${uuid}`,
    `set prefix=($root)${menu.slice(0, menu.lastIndexOf('/'))}`,
    `configfile ($root)${menu}`,
  ];
  return `${lines.join('\n')}\n`;
}
