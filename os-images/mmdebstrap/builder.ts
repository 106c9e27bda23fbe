import type { ImageBuilder } from '../image-builder.ts';
import { mmdebstrapArgv } from './mmdebstrap-argv.ts';
import { countPackages, prepareTree } from './prepare-tree.ts';

/** Debian and its relatives, by mmdebstrap(1). */
export const mmdebstrap: ImageBuilder = {
  name: 'mmdebstrap',
  build: async ({ recipe, tree, mirror, run }) => {
    await run(mmdebstrapArgv(recipe, tree, mirror));
    await prepareTree(tree, recipe, run);
  },
  countPackages,
};
