import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Architecture } from '../../lib/architecture.ts';
import { FaultsError, UserError } from '../../lib/errors.ts';
import type { Fault } from '../../lib/errors.ts';
import { readIfThere } from '../../lib/read-if-there.ts';
import { whenRefused } from '../../lib/when-missing.ts';
import type { Layout } from '../../partition-specs/layout.ts';
import { readEfi } from '../look/efi/read-efi.ts';
import type { BootLoaderKind } from './boot-loader-kind.ts';
import type { BootPaths } from './boot-paths.ts';
import { CHOSEN_ENTRY, noticeChosenEntry } from './entries/chosen-entry.ts';
import { parseEntryMenu, renderEntryMenu } from './entries/entry-menu.ts';
import type { MenuEntry } from './entries/entry-menu.ts';
import type { WantedEspFile } from './esp/esp-file.ts';
import { espsOf } from './esp/find-esps.ts';
import type { Esp } from './esp/find-esps.ts';
import { keepEsps } from './esp/keep-esps.ts';
import { mountEspWith } from './esp/mount-esp.ts';
import { planEspBoot, systemPaths } from './esp/plan-esp-boot.ts';
import type { EspWish } from './esp/plan-esp-boot.ts';
import { entryLabel } from './nvram/wanted-entry.ts';
import { isOwnMenu } from './own-menu.ts';

const NAME = 'systemd-boot';

/** Seconds, as GRUB's menu has them. */
const TIMEOUT = { one: 1, more: 5 } as const;

/** systemd-boot on each disk that UEFI firmware may start from. It reads only FAT: each has copies of the kernels. */
export const systemdBoot: BootLoaderKind = {
  name: NAME,
  plan: (input) => {
    const { layout, menu, paths, osmode } = input;
    const faults = [...espsOf(layout).flatMap(sharedFaults), ...(osmode === 'packages' ? [NOT_FOLLOWED] : [])];
    if (faults.length > 0) throw new FaultsError('the boot loader', faults);
    const wishes = wishesOf({ ...input, entries: parseEntryMenu(menu.content, menu.path) });
    return planEspBoot(input, { loader: NAME, wishes, packages: paths.systemdBoot.packages });
  },
  started: (input) => systemPaths(wishesOf({ ...input, entries: [] })),
  digest: async () => ({}),
  keep: async (input) => {
    const { layout, paths, run } = input;
    const entries = layout === undefined ? [] : await readEntries(paths, '/');
    const wishes = layout === undefined ? [] : wishesOf({ ...input, layout, entries });
    const tools = { mountEsp: mountEspWith(run), readEfi: async () => readEfi(run) };
    const kept = await keepEsps(input, { wishes, loader: NAME, tools, root: '/' });
    const chosen = await readFile(CHOSEN_ENTRY).catch(whenRefused(undefined));
    return { ...kept, notices: [...kept.notices, ...noticeChosenEntry(chosen, entries)] };
  },
  renderMenu: renderEntryMenu,
  isOwnMenu,
  renewMenuCommand: ({ systemdBoot: { menu } }) => `rm ${menu} && gutinteg`,
};

async function readEntries({ systemdBoot: { menu } }: BootPaths, root: string): Promise<MenuEntry[]> {
  const text = await readIfThere(join(root, menu));
  if (text !== undefined) return parseEntryMenu(text.toString('utf8'), menu);
  throw new UserError(`${menu} is missing; the EFI system partitions were left as they are`);
}

const NOT_FOLLOWED: Fault = {
  severity: 'error',
  where: 'BOOTLOADER',
  message: 'with OSMODE=packages nothing would carry the kernels that apt installs to where systemd-boot reads them',
  suggestion: 'BOOTLOADER=grub, or OSMODE=image',
};

/** Its menu and its settings are of the whole partition, other systems' entries among them. */
function sharedFaults({ disk, isKept }: Esp): Fault[] {
  if (!isKept) return [];
  const message = `the EFI system partition of ${disk} is kept, and systemd-boot would be the menu of all systems on it`;
  return [{ severity: 'error', where: 'BOOTLOADER', message, suggestion: 'BOOTLOADER=grub shares it with others' }];
}

type Wishing = {
  readonly layout: Layout;
  readonly architecture: Architecture;
  readonly paths: BootPaths;
  readonly entries: readonly MenuEntry[];
};

function wishesOf({ layout, architecture, paths, entries }: Wishing): EspWish[] {
  const { suffix } = architecture.efi;
  const esps = espsOf(layout);
  const program = `EFI/systemd/systemd-boot${suffix}.efi`;
  const files = loaderFiles({ architecture, paths, entries, program });
  return esps.map((esp) => {
    const entry = { label: entryLabel(paths.efi.vendor, esp, esps), path: program };
    return { esp, files, entry, menu: { suffix, entries } };
  });
}

function loaderFiles({ architecture, paths, entries, program }: Omit<Wishing, 'layout'> & { program: string }) {
  const { suffix, removableLoader } = architecture.efi;
  const from = { kind: 'system', path: `${paths.systemdBoot.programs}/systemd-boot${suffix}.efi` } as const;
  const timeout = entries.length > 1 ? TIMEOUT.more : TIMEOUT.one;
  const text = `# Written by gutinteg, which restores it.\ntimeout ${timeout}\ndefault gutinteg-*\n`;
  const files: WantedEspFile[] = [
    { path: 'loader/loader.conf', from: { kind: 'text', text, encoding: 'utf8' } },
    { path: program, from },
    { path: `EFI/BOOT/${removableLoader}`, from, isFallback: true },
  ];
  return files;
}
