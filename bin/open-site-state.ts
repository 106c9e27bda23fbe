// A site with its state directory, as the commands need them.
import type { Log } from '../lib/log.ts';
import type { SiteSettingsFile } from '../site/load-site.ts';
import type { Site, SiteInput } from '../site/open-site.ts';
import { packagesEverywhere } from '../netboot/agent/agent-package.ts';
import { describeError, UserError } from '../lib/errors.ts';
import { loadOrCreateSiteKey } from '../packagelink/manifests/keys.ts';
import type { SiteKey } from '../packagelink/manifests/keys.ts';
import { openStore, storeFolders } from '../packagelink/store/store.ts';
import type { Store } from '../packagelink/store/store.ts';
import { loadSiteSettings } from '../site/load-site.ts';
import { openSite } from '../site/open-site.ts';
import { findStateDir } from './find-state-dir.ts';
import { existsSync } from 'node:fs';
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

/** The same for a dry run, which makes nothing. @throws UserError (exit code 2) when something would have to be made */
export async function openPreparedState(siteDir: string, state?: string): Promise<SiteState> {
  const { dir, stateDir } = await loadSiteSettings(siteDir, state === undefined ? {} : { state });
  requirePrepared(stateDir, dir);
  return openSiteState(siteDir, state);
}

/** The package store and the key of a state directory; with `state`, no site is needed. @throws UserError as openPreparedState */
export async function openPreparedStore(options: { readonly site: string; readonly state?: string }) {
  const stateDir = await findStateDir(options);
  requirePrepared(stateDir, options.site);
  return { store: openStore(join(stateDir, 'store')), key: await loadOrCreateSiteKey(stateDir) };
}

function requirePrepared(stateDir: string, siteDir: string): void {
  const parts = ['keys/site.key', 'keys/site.pub', ...storeFolders.map((folder) => `store/${folder}`)];
  const missing = parts.find((part) => !existsSync(join(stateDir, part)));
  if (missing === undefined) return;
  throw new UserError(`${stateDir} has no ${missing} yet`, { exitCode: 2, hint: `gutinteg prepare --site ${siteDir}` });
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
  { dir, store, key, settings }: SiteState,
  watching: Pick<SiteInput, 'pollMs' | 'onUnsound' | 'onVersion' | 'isReadOnly'> = { pollMs: 0 },
): Promise<Site> {
  return openSite({
    siteDir: dir,
    store,
    signingKey: key.privateKey,
    publicKey: key.publicKey,
    everywhere: packagesEverywhere(settings),
    ...watching,
  });
}
