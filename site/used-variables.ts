import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { whenMissing } from '../lib/when-missing.ts';
import { variablesUsedBy } from '../packagelink/merge/merge.ts';
import { loadSiteSettings } from './load-site.ts';
import type { SitePackage } from './site-templates.ts';

/** Variables that the templates of any package of the site use, and those that site.yaml shows to everybody. */
export async function listUsedVariables(
  siteDir: string,
  packages: ReadonlyMap<string, SitePackage>,
): Promise<Set<string>> {
  const manifests = [...packages.values()].flatMap(({ manifest }) => manifest ?? []);
  return new Set([...variablesUsedBy(manifests), ...(await readPublicVariables(siteDir))]);
}

/** A database needs no site.yaml to be checked. */
async function readPublicVariables(siteDir: string): Promise<readonly string[]> {
  const there = await readFile(join(siteDir, 'site.yaml')).catch(whenMissing(undefined));
  return there === undefined ? [] : (await loadSiteSettings(siteDir)).settings.publicVariables;
}
