import type { Argv } from '../../lib/run-command.ts';
import type { ImageRecipe } from '../recipe.ts';

/** Where Debian has them since release 12. */
const FIRMWARE_AREA = 'non-free-firmware';

const HOOKS = '/usr/share/mmdebstrap/hooks';

/**
 * The command that unpacks and configures a recipe's packages in `target`, which must not exist yet.
 * @param mirror package mirror; mmdebstrap's own default when absent.
 * @see mmdebstrap(1)
 */
export function mmdebstrapArgv(recipe: ImageRecipe, target: string, mirror?: string): Argv {
  const build = recipe.build.mmdebstrap;
  const { suite, variant, exclude, keep, hooks, firmware } = build;
  const packages = [...build.include, ...firmware];
  const areas = new Set([...build.components, ...(firmware.length === 0 ? [] : [FIRMWARE_AREA])]);
  return [
    'mmdebstrap',
    '--verbose',
    '--format=directory',
    `--variant=${variant}`,
    `--architectures=${recipe.arch}`,
    `--components=${[...areas].join(',')}`,
    ...hooks.map((hook) => `--hook-dir=${HOOKS}/${hook}`),
    ...(packages.length === 0 ? [] : [`--include=${packages.join(',')}`]),
    ...exclude.map((path) => `--dpkgopt=path-exclude=${path}`),
    // dpkg takes the last that matches.
    ...keep.map((path) => `--dpkgopt=path-include=${path}`),
    suite,
    target,
    ...(mirror === undefined ? [] : [mirror]),
  ];
}
