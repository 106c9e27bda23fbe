import type { RunCommand } from '../lib/run-command.ts';
import type { ImageRecipe } from './recipe.ts';

/** What makes a tree of files from a recipe; one folder each beside this file, with its schema for `build`. */
export type ImageBuilder = {
  /** The key in `build` of a recipe. */
  readonly name: string;
  /**
   * Fills `tree`, which does not exist yet, with a system that is the same for every machine: nothing of one machine is
   * in it, and its kernel and initramfs are.
   * @throws CommandError of a program that failed, UserError when no machine could start from the tree
   */
  readonly build: (job: {
    readonly recipe: ImageRecipe;
    readonly tree: string;
    /** Package mirror; the builder's own default when absent. */
    readonly mirror: string | undefined;
    readonly run: RunCommand;
  }) => Promise<void>;
  /** How many packages are installed in a tree. */
  readonly countPackages: (tree: string) => Promise<number>;
};
