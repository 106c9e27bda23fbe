// The entries of a menu as an EFI system partition has them: each with its own copy of kernel and initramfs, as the
// loader reads only FAT. In: a menu, the system. Out: files with their bytes. Reads only.
import { posix } from 'node:path';
import { readEspSource, sha256 } from '../esp/esp-file.ts';
import type { EspBytes } from '../esp/write-esp-files.ts';
import { entryName } from './entry-menu.ts';
import type { MenuEntry } from './entry-menu.ts';

export type EspMenu = {
  /** As EFI names it: `x64`. */
  readonly suffix: string;
  /** The first one is started. */
  readonly entries: readonly MenuEntry[];
};

/** Where an entry lies; nobody else's entries begin like that. */
export const ENTRIES = { directory: 'loader/entries', begins: 'gutinteg-', ends: '.conf' } as const;
/** Holds nothing but kernels and initramfs of these entries. */
export const KERNELS = 'gutinteg';

/**
 * Kernels come before the entries that name them. The path of a copy has its digest, so that no copy is ever replaced:
 * an entry leads to the old files until it is itself replaced by one that leads to the new ones.
 * @throws UserError when the system below `root` lacks a file
 */
export async function readEspEntries({ suffix, entries }: EspMenu, root: string): Promise<EspBytes[]> {
  const copies = new Map<string, EspBytes>();
  for (const path of entries.flatMap(({ linux, initrd }) => [linux, initrd])) {
    if (copies.has(path)) continue;
    const bytes = await readEspSource({ kind: 'system', path }, root);
    copies.set(path, { path: `${KERNELS}/${sha256(bytes).slice(0, 16)}/${posix.basename(path)}`, bytes });
  }
  const placeOf = (path: string): string => `/${copies.get(path)?.path}`;
  const texts = entries.map((entry, index) => {
    return {
      path: `${ENTRIES.directory}/${entryName(entry)}${ENTRIES.ends}`,
      bytes: Buffer.from(
        renderEntry({ ...entry, linux: placeOf(entry.linux), initrd: placeOf(entry.initrd) }, { index, suffix }),
      ),
    };
  });
  return [...new Map([...copies.values(), ...texts].map((file) => [file.path, file])).values()];
}

/** systemd-boot sorts by `sort-key` before it looks at versions. @see The Boot Loader Specification, type 1 */
function renderEntry(
  { title, version, linux, initrd, options }: MenuEntry,
  { index, suffix }: { readonly index: number; readonly suffix: string },
): string {
  const lines = [
    '# Written by gutinteg, which restores it.',
    `title ${title}`,
    ...(version === undefined ? [] : [`version ${version}`]),
    `sort-key gutinteg-${`${index}`.padStart(3, '0')}`,
    `architecture ${suffix}`,
    `linux ${linux}`,
    `initrd ${initrd}`,
    `options ${options}`,
  ];
  return `${lines.join('\n')}\n`;
}
