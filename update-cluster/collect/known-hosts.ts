import type { Mac } from '../../lib/mac.ts';
import type { Taken } from './plan-host.ts';

/** A card that was found, with what it gets. */
export type NewHost = { readonly mac: Mac; readonly ip: string; readonly hostname: string };

/** What stands somewhere already; names in lower case. */
export type Known = Taken & { readonly hasMac: (mac: Mac) => boolean };

/** Where hosts are known, and where new ones go: a cluster.xml, or a site. */
export type KnownHosts = {
  /** As it is now. @throws UserError when it cannot be read */
  readonly read: () => Promise<Known>;
  /** The text to show; undefined when a part of the host has been taken since it was planned. */
  readonly add: (host: NewHost) => Promise<string | undefined>;
};

/** The hosts of one place, where names and addresses of another are not given either. */
export function withTaken(hosts: KnownHosts, readOther: () => Promise<Taken>): KnownHosts {
  return {
    ...hosts,
    read: async () => {
      const [known, other] = [await hosts.read(), await readOther()];
      return {
        hasMac: known.hasMac,
        hasIp: (ip) => known.hasIp(ip) || other.hasIp(ip),
        hasName: (name) => known.hasName(name) || other.hasName(name),
      };
    },
  };
}
