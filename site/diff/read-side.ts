// One side of a comparison. In: a site directory. Out: database, settings, packages and recipes as data. Never: writes.
import { join } from 'node:path';
import { UserError } from '../../lib/errors.ts';
import { loadMachdb } from '../../machdb/load.ts';
import type { Machdb } from '../../machdb/types.ts';
import { listImageRecipes, loadImageRecipe } from '../../os-images/load-recipe.ts';
import { publishedName } from '../../os-images/recipe.ts';
import type { Manifest } from '../../packagelink/package/manifest.ts';
import { readTreePackage } from '../../packagelink/publish/read-tree-package.ts';
import type { WantedFile } from '../../packagelink/tree/tree.ts';
import { listSitePackages, loadSiteSettings } from '../load-site.ts';
import type { Consoles } from '../settings.ts';

/** A package of a machine, and the source bytes of its files. */
export type DiffPackage = {
  readonly name: string;
  readonly manifest: Manifest;
  readonly read: (file: WantedFile) => Promise<Uint8Array>;
};

export type Side = {
  /** As a reader knows it: `HEAD`, `/srv/site`. */
  readonly label: string;
  readonly db: Machdb;
  readonly consoles: Consoles;
  /** By the name of the tree; a tree that could not be published has the reason instead. */
  readonly packages: ReadonlyMap<string, DiffPackage | UserError>;
  /** Published name of an image → how it is made, as JSON. */
  readonly recipes: ReadonlyMap<string, string>;
};

/** @throws UserError, FaultsError (exit code 2) when settings, database or a recipe cannot be read */
export async function readSide(dir: string, label: string): Promise<Side> {
  return await withLabel(dir, label, async () => {
    const { settings } = await loadSiteSettings(dir);
    return {
      label,
      consoles: settings.consoles,
      db: await loadMachdb(join(dir, 'machdb')),
      packages: await readPackages(dir, label),
      recipes: await readRecipes(dir),
    };
  });
}

async function readPackages(dir: string, label: string): Promise<Map<string, DiffPackage | UserError>> {
  const packages = new Map<string, DiffPackage | UserError>();
  for (const name of await listSitePackages(dir)) {
    const found = await withLabel(dir, label, async () => await readPackage(name, join(dir, 'packages', name))).catch(
      (error: unknown) => {
        if (error instanceof UserError) return error;
        throw error;
      },
    );
    packages.set(name, found);
  }
  return packages;
}

async function readPackage(name: string, tree: string): Promise<DiffPackage> {
  const { manifest, read } = await readTreePackage({ name, tree, kind: 'site' });
  return { name, manifest, read: async ({ content }) => await Promise.resolve(read(content.sha256)) };
}

async function readRecipes(dir: string): Promise<Map<string, string>> {
  const recipes = new Map<string, string>();
  for (const name of await listImageRecipes(dir)) {
    const recipe = await loadImageRecipe(dir, name);
    recipes.set(publishedName(recipe), JSON.stringify(recipe));
  }
  return recipes;
}

/** What is wrong in a directory that is gone when the reader hears of it is said of the revision. */
async function withLabel<T>(dir: string, label: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const { exitCode, hint, cause } = error;
    throw new UserError(error.message.replaceAll(dir.replace(/\/$/, ''), label), {
      exitCode,
      cause,
      ...(hint === undefined ? {} : { hint }),
    });
  }
}
