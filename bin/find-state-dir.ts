// The state directory of a command. In: `--state` and `--site`. Out: its path. Never: makes it.
import { resolve } from 'node:path';

/** With `--state` the site need not be readable. */
export async function findStateDir(options: { readonly site: string; readonly state?: string }): Promise<string> {
  if (options.state !== undefined) return resolve(options.state);
  const { loadSiteSettings } = await import('../site/load-site.ts');
  return (await loadSiteSettings(options.site)).stateDir;
}
