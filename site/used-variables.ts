import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { listFiles } from '../lib/list-files.ts';
import { whenMissing } from '../lib/when-missing.ts';
import { findTemplateVariables } from '../packagelink/package/preprocess.ts';
import { listSitePackages, loadSiteSettings } from './load-site.ts';

/** Variables that the templates of any package of the site use, and those that site.yaml shows to everybody. */
export async function listUsedVariables(siteDir: string): Promise<Set<string>> {
  const used = new Set<string>();
  for (const name of await listSitePackages(siteDir)) {
    const files = await listFiles(join(siteDir, 'packages', name));
    for (const path of files.filter((file) => file.endsWith('.plprocess'))) {
      const { inline, leading } = findTemplateVariables(await readFile(path));
      for (const variable of [...inline, ...leading]) used.add(variable);
    }
  }
  for (const variable of await readPublicVariables(siteDir)) used.add(variable);
  return used;
}

/** A database needs no site.yaml to be checked. */
async function readPublicVariables(siteDir: string): Promise<readonly string[]> {
  const there = await readFile(join(siteDir, 'site.yaml')).catch(whenMissing(undefined));
  return there === undefined ? [] : (await loadSiteSettings(siteDir)).settings.publicVariables;
}
