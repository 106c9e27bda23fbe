import type { BootLoaderKind } from './boot-loader-kind.ts';
import { renderGrubCfg } from './grub-cfg.ts';
import { grubModules } from './grub-modules.ts';
import { planBootFiles } from './plan-boot-files.ts';

/** GRUB's menu, which is one file for each firmware that the layout is for. */
export const renderGrubMenu: BootLoaderKind['renderMenu'] = (input) => {
  const { layout, rootArguments, kernels, title, consoles, paths } = input;
  const content = renderGrubCfg({
    rootArguments,
    modules: grubModules(layout),
    boot: planBootFiles(layout, kernels),
    title,
    consoles,
    isForBiosOnly: layout.firmware === 'bios',
  });
  return { path: paths.grubMenu, mode: 0o600, content };
};
