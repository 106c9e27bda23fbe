// A site with its state directory, as the commands need them.
import type { Log } from '../lib/log.ts';
import type { SiteSettingsFile } from '../site/load-site.ts';
import type { Site, SiteInput } from '../site/open-site.ts';
import { packagesEverywhere } from '../netboot/agent/agent-package.ts';
import { describeError } from '../lib/errors.ts';
import { loadOrCreateSiteKey } from '../packagelink/manifests/keys.ts';
import type { SiteKey } from '../packagelink/manifests/keys.ts';
import { openStore } from '../packagelink/store/store.ts';
import type { Store } from '../packagelink/store/store.ts';
import { loadSiteSettings } from '../site/load-site.ts';
import { openSite } from '../site/open-site.ts';
import { join } from 'node:path';

/** How often a server looks whether its database has changed. */
const DATABASE_POLL_MS = 1000;

export type SiteState = SiteSettingsFile & { readonly store: Store; readonly key: SiteKey };

/** Settings, package store and key of a site; makes the state directory's store and key when there are none. */
export async function openSiteState(siteDir: string, state?: string): Promise<SiteState> {
  const file = await loadSiteSettings(siteDir, state === undefined ? {} : { state });
  const key = await loadOrCreateSiteKey(file.stateDir);
  return { ...file, store: openStore(join(file.stateDir, 'store')), key };
}

/** Looks at the database every second and writes to the log what comes of it. */
export function logDatabase(log: Log): Pick<SiteInput, 'pollMs' | 'onUnsound' | 'onVersion'> {
  return {
    pollMs: DATABASE_POLL_MS,
    onUnsound: (error) => {
      log.error(
        { faults: describeError(error) },
        'the machine database is not sound; its last sound version stays in force',
      );
    },
    onVersion: ({ version, index }) => {
      log.info({ version, machines: index.names.size }, 'the machine database has changed and is in force');
    },
  };
}

/** The machines of a site; `watching` says how often the database is looked at, and who is told of what is found. */
export async function openMachines(
  { dir, store, key }: SiteState,
  watching: Pick<SiteInput, 'pollMs' | 'onUnsound' | 'onVersion'> = { pollMs: 0 },
): Promise<Site> {
  return openSite({
    siteDir: dir,
    store,
    signingKey: key.privateKey,
    publicKey: key.publicKey,
    everywhere: packagesEverywhere,
    ...watching,
  });
}
