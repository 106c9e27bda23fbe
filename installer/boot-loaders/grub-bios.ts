import { planBootFiles } from './plan-boot-files.ts';
import type { BootArtefact, DiskBytes } from './boot-artefact.ts';
import type { BootLoaderKind } from './boot-loader-kind.ts';
import { renderGrubCfg } from './grub-cfg.ts';
import { grubInstallArgv } from './grub-install.ts';
import { grubModules } from './grub-modules.ts';
import { isOwnMenu } from './own-menu.ts';
import { bootDiskArgv, locateBootAreas, planBootAreas } from './plan-boot-areas.ts';
import { readBootDigests } from './read-boot-digests.ts';

/** GRUB on a PC with a BIOS: bytes of each disk that the firmware may start from. */
export const grubBios: BootLoaderKind = {
  name: 'grub-bios',
  firmware: 'bios',
  plan: planBootAreas,
  install: (artefact, paths, target) => {
    const { disk } = diskBytes(artefact);
    return [{ argv: grubInstallArgv(paths.grubInstall, disk, target), why: `GRUB onto ${disk}` }];
  },
  digest: (artefact) => readBootDigests(diskBytes(artefact)),
  keep: async (recorded, run) => {
    const areas = recorded.map(({ artefact }) => diskBytes(artefact));
    const located = locateBootAreas(areas, (await run(bootDiskArgv)).stdout);
    const of = (uuid: string) => recorded.filter(({ artefact }) => artefact.partUuid === uuid);
    return {
      found: located.found.flatMap((artefact) => of(artefact.partUuid).map((each) => ({ recorded: each, artefact }))),
      missing: located.missing.flatMap(({ partUuid }) => of(partUuid)),
    };
  },
  renderMenu: ({ layout, rootArguments, kernels, title, consoles, paths }) => ({
    path: paths.grubMenu,
    mode: 0o600,
    content: renderGrubCfg({
      rootArguments,
      modules: grubModules(layout),
      boot: planBootFiles(layout, kernels),
      title,
      consoles,
    }),
  }),
  isOwnMenu,
};

function diskBytes(artefact: BootArtefact): DiskBytes {
  if (artefact.kind !== 'disk-bytes') throw new Error(`GRUB for a BIOS has no artefact of the kind ${artefact.kind}`);
  return artefact;
}
