import type { ImageBuilder } from './image-builder.ts';
import { mmdebstrap } from './mmdebstrap/builder.ts';
import type { ImageRecipe } from './recipe.ts';

const builders: readonly ImageBuilder[] = [mmdebstrap];

/** The builder whose key a checked recipe has. */
export function builderOf({ build }: Pick<ImageRecipe, 'build'>): ImageBuilder {
  const found = builders.find(({ name }) => Object.hasOwn(build, name));
  if (found === undefined) throw new Error(`a recipe without a builder passed its schema: ${JSON.stringify(build)}`);
  return found;
}
