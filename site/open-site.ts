// What the site says about its machines now: database, packages and images together.
// In: a site and its store. Out: machines with their full answer to a look-up. Never: writes into the site.
import type { KeyObject } from 'node:crypto';
import type { Lookup } from '../contract/lookup.ts';
import type { DatabaseStatus } from '../contract/health.ts';
import { describeError } from '../lib/errors.ts';
import type { UserError } from '../lib/errors.ts';
import { parseMac } from '../lib/mac.ts';
import type { Mac } from '../lib/mac.ts';
import { canonicalIp } from '../machdb/find-machine.ts';
import { macsOf } from '../machdb/query.ts';
import { resolveRecord } from '../machdb/resolve.ts';
import type { Store } from '../packagelink/store/store.ts';
import { openLiveDatabase } from './live-database.ts';
import type { DatabaseVersion, LiveDatabase } from './live-database.ts';
import { dataNotes } from './check-init-data.ts';
import { loginNotes } from './check-login.ts';
import { listSitePackages } from './load-site.ts';
import { createMachinePackages } from './machine-packages.ts';
import { digestOf } from './digest-of.ts';
import { verifyMachine } from './verify-machine.ts';

/** One machine of the site as it stands now. */
type SiteMachine = {
  readonly name: string;
  /** Canonical, the first interface's first. */
  readonly macs: readonly string[];
  readonly record: Readonly<Record<string, string>>;
  /** SHA-256 of the whole resolved record. */
  readonly recordDigest: string;
  /** Variables that the templates of the machine's packages use. */
  readonly templateVariables: () => Promise<readonly string[]>;
  /** The answer to a look-up, with the packages as they are published now. @throws UserError naming what is missing */
  readonly describe: (machineId: string) => Promise<Lookup>;
  /**
   * Everything that can be known before the machine is switched on; `initData` are the data partitions that its
   * installation may make. Answers what who arms it should know. @throws FaultsError with all that is wrong
   */
  readonly verify: (consent?: { readonly initData: readonly string[] }) => Promise<readonly string[]>;
};

/** Records as they are in the version in force, at once. */
type SiteRecords = {
  readonly byMac: (mac: Mac) => NamedRecord | undefined;
  readonly byName: (name: string) => NamedRecord | undefined;
  /** In any spelling. */
  readonly byIp: (ip: string) => NamedRecord | undefined;
};
type NamedRecord = { readonly name: string; readonly record: Readonly<Record<string, string>> };

export type Site = {
  /** In the version of the database that is in force. */
  readonly lookupByMac: (mac: string) => Promise<SiteMachine | undefined>;
  /** In the files as they are now, if they are sound. */
  readonly lookupByName: (name: string) => Promise<SiteMachine | undefined>;
  readonly records: SiteRecords;
  readonly databaseStatus: () => DatabaseStatus;
  /** Stops looking at the files. */
  readonly close: () => void;
};

export type SiteInput = {
  readonly siteDir: string;
  readonly store: Store;
  readonly signingKey: KeyObject;
  readonly publicKey: KeyObject;
  /** Published packages that a machine with this record gets besides its own, such as the agent. */
  readonly everywhere: (record: Readonly<Record<string, string>>) => readonly string[];
  /**
   * How often the files of the database are looked at; 0: only when a machine is looked up by name. What a machine is told of
   * its packages may be as old, too.
   */
  readonly pollMs: number;
  /** Packages that have changed are not published; to describe a machine is then an error. */
  readonly isReadOnly?: boolean;
  /** Told when the database has changed and is not sound; the last sound version stays in force. */
  readonly onUnsound?: (error: UserError) => void;
  /** Told of each version of the database that comes into force after the first. */
  readonly onVersion?: (version: DatabaseVersion) => void;
};

/**
 * Opens a site: its database is read now, and again whenever its files change.
 * @throws FaultsError when the database is not sound to begin with
 */
export async function openSite(input: SiteInput): Promise<Site> {
  const live = await openLiveDatabase(input);
  const machinePackages = createMachinePackages(input);
  const machine = (name: string | undefined, isForPeople: boolean): SiteMachine | undefined => {
    if (name === undefined) return undefined;
    const { db, version } = live.current();
    const record = resolveRecord(db, name);
    // People have just edited something; machines ask again, and strangers ask often.
    const refs = () => machinePackages({ name, record, version, maxAgeMs: isForPeople ? 0 : input.pollMs });
    return {
      name,
      macs: macsOf(record),
      record,
      recordDigest: digestOf(record),
      templateVariables: async () => (await refs()).templateVariables,
      describe: async (machineId) => {
        const { image, packages, generation } = await refs();
        return { machineId, name, generation, record, image, packages };
      },
      verify: async ({ initData } = { initData: [] }) => {
        // An older version that is in force may serve machines, but nobody consents to what they can no longer read.
        const fault = live.fault();
        if (fault !== undefined) throw fault.error;
        const { image, packages, all } = await refs();
        const layers = [{ name: image.name, priority: 0 }, ...packages].flatMap(({ name, priority }, index) => {
          const manifest = all[index];
          return manifest === undefined ? [] : [{ name, priority, manifest }];
        });
        const availablePackages = new Set(await listSitePackages(input.siteDir));
        await verifyMachine({ name, record, layers, availablePackages, store: input.store, initData });
        return [...dataNotes(record, initData), ...loginNotes(record)];
      },
    };
  };
  return {
    lookupByMac: async (text) => {
      const mac = parseMac(text);
      return mac === undefined ? undefined : machine(live.current().index.byMac.get(mac), false);
    },
    lookupByName: async (name) => {
      await live.refresh();
      return machine(live.current().index.names.has(name) ? name : undefined, true);
    },
    records: siteRecords(live),
    databaseStatus: () => databaseStatus(live, `machdb check --site ${input.siteDir}`),
    close: live.close,
  };
}

function siteRecords({ current }: LiveDatabase): SiteRecords {
  const named = (name: string | undefined): NamedRecord | undefined =>
    name === undefined ? undefined : { name, record: resolveRecord(current().db, name) };
  return {
    byMac: (mac) => named(current().index.byMac.get(mac)),
    byName: (name) => named(current().index.names.has(name) ? name : undefined),
    byIp: (ip) => named(current().index.byIp.get(canonicalIp(ip) ?? '')),
  };
}

function databaseStatus({ current, fault, isReading }: LiveDatabase, hint: string): DatabaseStatus {
  const { index, readAtMs, version } = current();
  const latest = fault();
  return {
    machines: index.names.size,
    readAtMs,
    version,
    reading: isReading(),
    fault:
      latest === undefined
        ? null
        : { sinceMs: latest.sinceMs, message: describeError(latest.error), hint: latest.error.hint ?? hint },
  };
}
