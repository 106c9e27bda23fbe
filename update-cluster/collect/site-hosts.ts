import { UserError } from '../../lib/errors.ts';
import type { Mac } from '../../lib/mac.ts';
import { openLiveDatabase } from '../../site/live-database.ts';
import type { DatabaseVersion } from '../../site/live-database.ts';
import type { Known, KnownHosts, NewHost } from './known-hosts.ts';

export type SiteOptions = {
  /** As the user gave it, for the commands that are shown. */
  readonly siteDir: string;
  /** An object that new machines resemble. */
  readonly like: string | undefined;
  /** Told of each new card, so that others see it too. */
  readonly offer: (mac: Mac) => Promise<void>;
  /** Told when the database has become unsound; its last sound version is used. */
  readonly onUnsound: (error: UserError) => void;
};

/** The machines of a site. New cards are offered, with the command that would make a machine of each; nothing is written. */
export async function openSiteHosts({ siteDir, like, offer, onUnsound }: SiteOptions): Promise<KnownHosts> {
  const live = await openLiveDatabase({ siteDir, pollMs: 0, onUnsound });
  if (like !== undefined && !live.current().db.objects.has(like)) {
    throw new UserError(`${siteDir} describes no object ${like}`, {
      exitCode: 2,
      hint: `machdb list --site ${quote(siteDir)}`,
    });
  }
  let read: DatabaseVersion | undefined;
  let known: Known | undefined;
  return {
    read: async () => {
      await live.refresh();
      const version = live.current();
      if (known === undefined || version !== read) known = knownIn(version);
      read = version;
      return known;
    },
    add: async (host) => {
      await offer(host.mac);
      const isMachine = like !== undefined && live.current().index.names.has(like);
      return renderCommand(host, { siteDir, like, isMachine });
    },
  };
}

/** What a version of the database has. */
function knownIn({ db, index }: Pick<DatabaseVersion, 'db' | 'index'>): Known {
  const names = new Set<string>();
  // A name with a domain is said without it on its own network.
  for (const name of db.objects.keys()) names.add(name.toLowerCase()).add(name.toLowerCase().replace(/\..*$/, ''));
  return {
    hasMac: (mac) => index.byMac.has(mac),
    hasIp: (ip) => index.byIp.has(ip),
    hasName: (name) => names.has(name),
  };
}

/** A machine is cloned, so that what it sets itself comes along; from any other object the new machine inherits. */
export function renderCommand(
  { hostname, ip, mac }: NewHost,
  { siteDir, like, isMachine }: Pick<SiteOptions, 'siteDir' | 'like'> & { readonly isMachine: boolean },
): string {
  const site = `--site ${quote(siteDir)}`;
  if (isMachine) return `machdb clone ${like} ${hostname} --set MAC=${mac} IP=${ip} ${site}`;
  const parents = like === undefined ? '' : ` --parents ${like}`;
  return `machdb add ${hostname}${parents} MAC=${mac} IP=${ip} ${site}`;
}

function quote(word: string): string {
  return /^[\w./~-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
