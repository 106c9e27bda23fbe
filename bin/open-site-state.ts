// A site with its state directory, as the commands need it together.
import type { SiteSettingsFile } from '../site/load-site.ts';
import type { Site } from '../site/open-site.ts';
import { AGENT_PACKAGE } from '../netboot/agent/build-agent.ts';
import { loadOrCreateSiteKey } from '../packagelink/keys.ts';
import type { SiteKey } from '../packagelink/keys.ts';
import { openStore } from '../packagelink/store.ts';
import type { Store } from '../packagelink/store.ts';
import { loadSiteSettings } from '../site/load-site.ts';
import { openSite } from '../site/open-site.ts';
import type { FaultsError } from '../lib/errors.ts';
import { join } from 'node:path';

export type SiteState = SiteSettingsFile & { readonly store: Store; readonly key: SiteKey };

/** Settings, package store and key of a site; makes the state directory's store and key when there are none. */
export async function openSiteState(siteDir: string, state?: string): Promise<SiteState> {
  const file = await loadSiteSettings(siteDir, state === undefined ? {} : { state });
  const key = await loadOrCreateSiteKey(file.stateDir);
  return { ...file, store: openStore(join(file.stateDir, 'store')), key };
}

/** The machines of a site; `onUnsound` is told when an edit of the database is not sound and the last one stays. */
export async function openMachines(
  { dir, store, key }: SiteState,
  onUnsound: (error: FaultsError) => void,
): Promise<Site> {
  return openSite({
    siteDir: dir,
    store,
    signingKey: key.privateKey,
    publicKey: key.publicKey,
    everywhere: [AGENT_PACKAGE],
    onUnsound,
  });
}
