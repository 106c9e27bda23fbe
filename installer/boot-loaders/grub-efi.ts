import type { Architecture } from '../../lib/architecture.ts';
import type { Layout } from '../../partition-specs/layout.ts';
import { readEfi } from '../look/efi/read-efi.ts';
import type { BootLoaderKind } from './boot-loader-kind.ts';
import type { BootPaths } from './boot-paths.ts';
import { espsOf } from './esp/find-esps.ts';
import { grubEspFiles, shimPath } from './esp/grub-esp-files.ts';
import { keepEsps } from './esp/keep-esps.ts';
import { mountEspWith } from './esp/mount-esp.ts';
import { planEspBoot, systemPaths } from './esp/plan-esp-boot.ts';
import type { EspWish } from './esp/plan-esp-boot.ts';
import { renderGrubMenu } from './grub-menu.ts';
import { entryLabel } from './nvram/wanted-entry.ts';
import { isOwnMenu } from './own-menu.ts';

const NAME = 'grub-efi';

/** Shim and signed GRUB on each disk that UEFI firmware may start from, with and without Secure Boot. */
export const grubEfi: BootLoaderKind = {
  name: NAME,
  plan: (input) =>
    planEspBoot(input, {
      loader: NAME,
      wishes: wishesOf(input),
      packages: input.paths.efi.packages(input.architecture),
    }),
  started: (input) => systemPaths(wishesOf(input)),
  digest: async () => ({}),
  keep: async (input) => {
    const { layout, run } = input;
    const wishes = layout === undefined ? [] : wishesOf({ ...input, layout });
    const tools = { mountEsp: mountEspWith(run), readEfi: async () => readEfi(run) };
    return keepEsps(input, { wishes, loader: NAME, tools, root: '/' });
  },
  renderMenu: renderGrubMenu,
  isOwnMenu,
};

type Wishing = { readonly layout: Layout; readonly architecture: Architecture; readonly paths: BootPaths };

function wishesOf({ layout, architecture, paths }: Wishing): EspWish[] {
  const esps = espsOf(layout);
  return esps.map((esp) => {
    const label = entryLabel(paths.efi.vendor, esp, esps);
    const files = grubEspFiles({ layout, architecture, paths, label });
    return { esp, files, entry: { label, path: shimPath(architecture, paths) } };
  });
}
