// The templates of the packages of a site. In: a site directory. Out: the manifests of its package trees, as far as
// templates are concerned. Never: reads other contents; needs a store.
import { join } from 'node:path';
import { FaultsError, UserError } from '../lib/errors.ts';
import type { Fault } from '../lib/errors.ts';
import type { Manifest } from '../packagelink/package/manifest.ts';
import { readTreeTemplates } from '../packagelink/publish/read-tree-package.ts';
import { hostKeyFaults } from './check-host-keys.ts';
import { listSitePackages } from './load-site.ts';

/** A package tree; one that cannot be read has no manifest, and faults. */
export type SitePackage = { readonly dir: string; readonly manifest?: Manifest; readonly faults: readonly Fault[] };

/** Every package tree of a site, by its name. */
export async function readSiteTemplates(siteDir: string): Promise<Map<string, SitePackage>> {
  const packages = new Map<string, SitePackage>();
  for (const name of await listSitePackages(siteDir)) {
    packages.set(name, await readSitePackage(name, join(siteDir, 'packages', name)));
  }
  return packages;
}

async function readSitePackage(name: string, dir: string): Promise<SitePackage> {
  try {
    const manifest = await readTreeTemplates({ name, tree: dir, kind: 'site' });
    return { dir, manifest, faults: hostKeyFaults(manifest, dir) };
  } catch (error) {
    if (error instanceof FaultsError) {
      return { dir, faults: error.faults.map((fault) => ({ ...fault, where: `${dir}: ${fault.where}` })) };
    }
    if (error instanceof UserError) return { dir, faults: [{ severity: 'error', where: dir, message: error.message }] };
    throw error;
  }
}
