import type { Argv } from '../../lib/run-command.ts';
import type { ImageRecipe } from '../recipe.ts';

const HOOKS = '/usr/share/mmdebstrap/hooks';

/**
 * The command that unpacks and configures a recipe's packages in `target`, which must not exist yet.
 * @param mirror package mirror; mmdebstrap's own default when absent.
 * @see mmdebstrap(1)
 */
export function mmdebstrapArgv(recipe: ImageRecipe, target: string, mirror?: string): Argv {
  const { suite, variant, components, include, exclude, keep, hooks } = recipe.build.mmdebstrap;
  return [
    'mmdebstrap',
    '--verbose',
    '--format=directory',
    `--variant=${variant}`,
    `--architectures=${recipe.arch}`,
    `--components=${components.join(',')}`,
    ...hooks.map((hook) => `--hook-dir=${HOOKS}/${hook}`),
    ...(include.length === 0 ? [] : [`--include=${include.join(',')}`]),
    ...exclude.map((path) => `--dpkgopt=path-exclude=${path}`),
    // dpkg takes the last that matches.
    ...keep.map((path) => `--dpkgopt=path-include=${path}`),
    suite,
    target,
    ...(mirror === undefined ? [] : [mirror]),
  ];
}
