import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { UserError } from '../lib/errors.ts';
import { parseEdge } from '../lib/parse-edge.ts';
import { whenMissing } from '../lib/when-missing.ts';
import { imageRecipeSchema } from './recipe.ts';
import type { ImageRecipe } from './recipe.ts';

/**
 * Reads `images/NAME.yaml` of a site.
 * @throws UserError (exit code 2) when there is none, with the names that there are; FaultsError for what is wrong in it.
 */
export async function loadImageRecipe(siteDir: string, name: string): Promise<ImageRecipe> {
  const names = await listImageRecipes(siteDir);
  const path = join(siteDir, 'images', `${name}.yaml`);
  // Looked up in the list, so that a name cannot lead out of the folder.
  if (!names.includes(name)) {
    const found = names.length === 0 ? 'there are none' : `there are ${names.join(', ')}`;
    throw new UserError(`no image recipe '${name}' in ${join(siteDir, 'images')}; ${found}`, { exitCode: 2 });
  }
  return parseEdge(imageRecipeSchema, parseYaml(await readFile(path, 'utf8'), path), path);
}

/** The names of a site's image recipes, sorted: `['debian-12']`. */
export async function listImageRecipes(siteDir: string): Promise<string[]> {
  const files = await readdir(join(siteDir, 'images')).catch(whenMissing<string[]>([]));
  return files
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => file.slice(0, -'.yaml'.length))
    .sort();
}

function parseYaml(text: string, path: string): unknown {
  try {
    return parse(text);
  } catch (cause) {
    throw new UserError(`${path} is not YAML`, { exitCode: 2, cause });
  }
}
