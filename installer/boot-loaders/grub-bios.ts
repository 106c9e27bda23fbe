import type { BootLoaderKind } from './boot-loader-kind.ts';
import { grubInstallArgv } from './grub-install.ts';
import { renderGrubMenu } from './grub-menu.ts';
import { diskBytes, keepDiskBytes } from './keep-disk-bytes.ts';
import { isOwnMenu } from './own-menu.ts';
import { planBootAreas } from './plan-boot-areas.ts';
import { readBootDigests } from './read-boot-digests.ts';

const NAME = 'grub-bios';

/** GRUB on a PC with a BIOS: bytes of each disk that the firmware may start from. */
export const grubBios: BootLoaderKind = {
  name: NAME,
  plan: ({ layout, paths, target }) => {
    const areas = planBootAreas(layout);
    return {
      artefacts: areas.map((artefact) => ({ loader: NAME, artefact })),
      steps: areas.map(({ disk }) => {
        return { kind: 'command', argv: grubInstallArgv(paths.grubInstall, disk, target), why: `GRUB onto ${disk}` };
      }),
    };
  },
  started: () => [],
  digest: async (artefact) => readBootDigests(diskBytes(artefact)),
  keep: async (input) => keepDiskBytes(input, (disk) => grubInstallArgv(input.paths.grubInstall, disk)),
  renderMenu: renderGrubMenu,
  isOwnMenu,
};
