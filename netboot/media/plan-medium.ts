// A medium as data: which files are on it, and how they become one image. In: what it is for. Out: files, and command
// lines. Never: I/O.
import { dirname } from 'node:path';
import type { Architecture } from '../../lib/architecture.ts';
import { MEDIUM_LABEL, mediumPaths } from '../../contract/medium.ts';
import type { Medium } from '../../contract/medium.ts';
import { BIOS_CD_FILE } from '../boot-files/recipe.ts';
import { digestOf } from '../../lib/inputs-digest.ts';
import type { Argv } from '../../lib/run-command.ts';

/** What is on every medium of a site, by its SHA-256. */
export type MediumInputs = {
  readonly serverUrl: string;
  readonly consoles: readonly string[];
  readonly machines: Medium['machines'];
  /** Digests of kernel, ramdisk and boot programs, in a fixed order. */
  readonly digests: readonly string[];
};

/** A file of the medium: its text, or where it is copied from. */
export type MediumFile = { readonly path: string } & ({ readonly text: string } | { readonly source: string });

/** What the medium says of itself. The same inputs have the same build. */
export function describeMedium({ serverUrl, consoles, machines, digests }: MediumInputs): Medium {
  const sorted = machines.toSorted((one, other) => (one.lookup.name < other.lookup.name ? -1 : 1));
  const buildId = digestOf([serverUrl, JSON.stringify([consoles, sorted, digests])]).slice(0, 16);
  return { format: 1, buildId, serverUrl, machines: sorted };
}

/** The files of the store that a medium's machines need besides their manifests' packs. */
export function manifestsOfMedium({ machines }: Pick<Medium, 'machines'>): string[] {
  const digests = machines.flatMap(({ lookup: { image, packages } }) =>
    [image, ...packages].map((one) => one.manifest),
  );
  return [...new Set(digests)].sort();
}

export type MediumParts = {
  readonly kernel: string;
  readonly ramdisk: string;
  readonly menu: string;
  readonly storeDir: string;
  /** Names of the store's files: `manifests/…`, `packs/…`. */
  readonly storeFiles: readonly string[];
};

/** All files of the medium, sorted by path. */
export function planFilesOfMedium(medium: Medium, parts: MediumParts): MediumFile[] {
  const files: MediumFile[] = [
    { path: mediumPaths.kernel, source: parts.kernel },
    { path: mediumPaths.ramdisk, source: parts.ramdisk },
    { path: mediumPaths.menu, text: parts.menu },
    { path: mediumPaths.mark(medium.buildId), text: '' },
    { path: mediumPaths.description, text: `${JSON.stringify(medium, null, 1)}\n` },
    ...parts.storeFiles.map((name) => ({ path: `${mediumPaths.store}/${name}`, source: `${parts.storeDir}/${name}` })),
  ];
  return files.sort((one, other) => (one.path < other.path ? -1 : 1));
}

/** Directories that the files need, parents first. */
export function directoriesOf(paths: readonly string[]): string[] {
  const found = new Set<string>();
  for (const path of paths) for (let dir = dirname(path); dir !== '.'; dir = dirname(dir)) found.add(dir);
  return [...found].sort();
}

/** The BIOS's GRUB, on the medium. */
export const BIOS_IMAGE = 'boot/grub/bios.img';

/** Names in `boot/ARCH/` of what firmware starts: the first three are UEFI's, the others a BIOS's. */
export function mediumBootFiles({ efi: { suffix } }: Pick<Architecture, 'efi'>) {
  return {
    shim: `shim${suffix}.efi`,
    grub: `gcd${suffix}.efi`,
    keys: `mm${suffix}.efi`,
    bios: BIOS_CD_FILE,
    hybridMbr: 'boot_hybrid.img',
  };
}

/** @throws Error that names a file that was not loaded */
export function bootFile(files: ReadonlyMap<string, Uint8Array>, name: string): Uint8Array {
  const bytes = files.get(name);
  if (bytes === undefined) throw new Error(`there is no boot file ${name}`);
  return bytes;
}

/**
 * What UEFI starts: shim, which starts GRUB under a name of its own. GRUB reads its menu beside itself where it was
 * started from this file system, and from the medium's where it takes the whole medium for its root.
 */
export function planFatFiles(input: {
  readonly architecture: Architecture;
  readonly bootFiles: ReadonlyMap<string, Uint8Array>;
  readonly menu: string;
}): Map<string, string | Uint8Array> {
  const { architecture, bootFiles, menu } = input;
  const { shim, grub, keys } = mediumBootFiles(architecture);
  return new Map<string, string | Uint8Array>([
    [`EFI/BOOT/${architecture.efi.removableLoader}`, bootFile(bootFiles, shim)],
    [`EFI/BOOT/${grub.replace('gcd', 'grub')}`, bootFile(bootFiles, grub)],
    [`EFI/BOOT/${keys}`, bootFile(bootFiles, keys)],
    [mediumPaths.menu, menu],
  ]);
}

export type ImageFiles = {
  /** The directory with all files of the medium. */
  readonly root: string;
  readonly hybridMbr: string;
  readonly fatImage: string;
  readonly output: string;
  readonly buildId: string;
  /** Seconds since 1970. */
  readonly epoch: number;
};

/** Two media in one machine must not have the same. @see RFC 9562 §5.8, version 8 */
function diskGuid(buildId: string): string {
  const [high, low] = [buildId.slice(0, 8), buildId.slice(8)];
  return `${high}-${low.slice(0, 4)}-8${low.slice(4, 7)}-8000-${low}0000`;
}

/**
 * xorriso's command line: an ISO 9660 image with Rock Ridge that a BIOS starts as a CD or as a disk, and UEFI from the
 * FAT file system behind it. @see xorrisofs(1)
 */
export function xorrisoArgv(files: ImageFiles): Argv {
  const date = new Date(files.epoch * 1000)
    .toISOString()
    .replaceAll(/[^0-9]/g, '')
    .slice(0, 16);
  const options: readonly (readonly string[])[] = [
    ['-as', 'mkisofs', '-quiet', '-rational-rock', '-iso-level', '3', '-volid', MEDIUM_LABEL],
    ['-sysid', 'GUTINTEG', '-appid', 'GUTINTEG', '-preparer', 'GUTINTEG', '-publisher', ''],
    [`--modification-date=${date}`, '--set_all_file_dates', date, '--gpt_disk_guid', diskGuid(files.buildId)],
    ['--grub2-mbr', files.hybridMbr, '--protective-msdos-label'],
    ['-partition_cyl_align', 'off', '-partition_offset', '16'],
    ['-b', BIOS_IMAGE, '-no-emul-boot', '-boot-load-size', '4', '-boot-info-table', '--grub2-boot-info'],
    ['-eltorito-alt-boot', '-e', '--interval:appended_partition_2:all::', '-no-emul-boot'],
    ['-append_partition', '2', '0xef', files.fatImage, '-appended_part_as_gpt'],
    ['-o', files.output, files.root],
  ];
  return ['xorriso', ...options.flat()];
}
