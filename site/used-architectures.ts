// Which architectures a site has something for, so that nothing is built for others. In: a site directory. Out: rows of the
// table of architectures. Never: writes.
import { join } from 'node:path';
import { architectureNames, architectureOfRecord, architectures } from '../lib/architecture.ts';
import type { Architecture } from '../lib/architecture.ts';
import { loadMachdb } from '../machdb/load.ts';
import { machineNames } from '../machdb/query.ts';
import { tryResolve } from '../machdb/resolve.ts';
import type { Machdb } from '../machdb/types.ts';
import { listImageRecipes, loadImageRecipe } from '../os-images/load-recipe.ts';

/**
 * Those of its image recipes and of its machines' ARCH, in the order of the table; amd64 where nothing says one.
 * @throws UserError, FaultsError when a recipe or the database cannot be read
 */
export async function usedArchitectures(siteDir: string): Promise<readonly Architecture[]> {
  const recipes = await Promise.all(
    (await listImageRecipes(siteDir)).map(async (name) => loadImageRecipe(siteDir, name)),
  );
  const used = new Set<string>(recipes.map(({ arch }) => arch));
  for (const name of architecturesOfMachines(await loadMachdb(join(siteDir, 'machdb')))) used.add(name);
  const found = Object.values(architectures).filter(({ name }) => used.has(name));
  return found.length === 0 ? [architectures.amd64] : found;
}

/** What ARCH cannot be installed stays out: whoever arms the machine hears of it. */
function architecturesOfMachines(db: Machdb): ReadonlySet<string> {
  const used = new Set<string>();
  for (const machine of machineNames(db)) {
    if (used.size === architectureNames.length) break;
    const ARCH = tryResolve(db, machine).values.get('ARCH') ?? '';
    const architecture = architectureOfRecord({ ARCH });
    if (architecture !== undefined) used.add(architecture.name);
  }
  return used;
}
