// What the site says of its machines now: database, packages and images together.
// In: a site and its store. Out: machines with their full answer to a look-up. Never: writes into the site.
import { createHash } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { Lookup, PackageRef } from '../contract/lookup.ts';
import type { DatabaseStatus } from '../contract/health.ts';
import { describeError, UserError } from '../lib/errors.ts';
import { parseMac } from '../lib/mac.ts';
import type { Mac } from '../lib/mac.ts';
import { canonicalIp } from '../machdb/find-machine.ts';
import { macsOf } from '../machdb/query.ts';
import { resolveRecord } from '../machdb/resolve.ts';
import { directoryFetcher } from '../packagelink/fetch.ts';
import type { Manifest } from '../packagelink/manifest.ts';
import { variablesUsedBy } from '../packagelink/merge.ts';
import { readManifest } from '../packagelink/read-manifest.ts';
import { readName } from '../packagelink/store.ts';
import type { Store } from '../packagelink/store.ts';
import { openLiveDatabase } from './live-database.ts';
import type { DatabaseVersion, LiveDatabase } from './live-database.ts';
import { dataNotes } from './check-init-data.ts';
import { listSitePackages } from './load-site.ts';
import { imageOf, packagesOf } from './packages.ts';
import { createPublisher } from './publish-packages.ts';
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
  /** Published packages that every machine gets besides its own, such as the agent. */
  readonly everywhere: readonly string[];
  /** How often the files of the database are looked at; 0: only when a machine is looked up by name. */
  readonly pollMs: number;
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
  const publisher = createPublisher(input);
  const manifests = createManifestCache(input);
  const machine = (name: string | undefined): SiteMachine | undefined => {
    if (name === undefined) return undefined;
    const record = resolveRecord(live.current().db, name);
    const refs = async (): Promise<{ image: Lookup['image']; packages: PackageRef[]; all: Manifest[] }> => {
      const published = await publisher.publish();
      const image = await publishedImage(input.store, name, record);
      const digests = packageDigests({ name, record, published, everywhere: await readNames(input) });
      const all = await Promise.all([image.manifest, ...digests.map(({ digest }) => digest)].map(manifests));
      const packages = digests.map(({ name, digest }, index) => {
        return { name, manifest: digest, priority: all[index + 1]?.priority ?? 50 };
      });
      return { image, packages, all };
    };
    return {
      name,
      macs: macsOf(record),
      record,
      recordDigest: digestOf(record),
      templateVariables: async () => variablesUsedBy((await refs()).all),
      describe: async (machineId) => {
        const { image, packages } = await refs();
        return { machineId, name, generation: digestOf({ record, image, packages }), record, image, packages };
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
        return dataNotes(record, initData);
      },
    };
  };
  return {
    lookupByMac: async (text) => {
      const mac = parseMac(text);
      return mac === undefined ? undefined : machine(live.current().index.byMac.get(mac));
    },
    lookupByName: async (name) => {
      await live.refresh();
      return machine(live.current().index.names.has(name) ? name : undefined);
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

async function publishedImage(
  store: Store,
  machine: string,
  record: Readonly<Record<string, string>>,
): Promise<Lookup['image']> {
  const name = imageOf(machine, record);
  const manifest = await readName(store, name);
  if (manifest !== undefined) return { name, manifest };
  throw new UserError(`${machine} needs the OS package ${name}, which is not in the package store`, {
    exitCode: 2,
    hint: 'gutinteg prepare --site SITE',
  });
}

function packageDigests(input: {
  readonly name: string;
  readonly record: Readonly<Record<string, string>>;
  readonly published: ReadonlyMap<string, string>;
  readonly everywhere: readonly { readonly name: string; readonly digest: string }[];
}): { name: string; digest: string }[] {
  const { found, missing } = packagesOf(input.record, new Set(input.published.keys()));
  if (missing.length > 0) {
    throw new UserError(`${input.name} needs packages that the site does not have: ${missing.join(', ')}`, {
      exitCode: 2,
    });
  }
  const own = found.map((name) => ({ name, digest: input.published.get(name) ?? '' }));
  return [...own, ...input.everywhere];
}

async function readNames({ store, everywhere }: SiteInput): Promise<{ name: string; digest: string }[]> {
  return Promise.all(
    everywhere.map(async (name) => {
      const digest = await readName(store, name);
      if (digest === undefined) {
        throw new UserError(`the package ${name} is not in the package store`, {
          exitCode: 2,
          hint: 'gutinteg prepare --site SITE',
        });
      }
      return { name, digest };
    }),
  );
}

/** Manifests are named by their digest and never change, so each is read once. */
function createManifestCache({ store, publicKey }: SiteInput): (digest: string) => Promise<Manifest> {
  const cache = new Map<string, Promise<Manifest>>();
  return async (digest) => {
    const cached = cache.get(digest) ?? readManifest(directoryFetcher(store.dir), digest, [publicKey]);
    cache.set(digest, cached);
    cached.catch(() => cache.delete(digest));
    return cached;
  };
}

/** SHA-256 of JSON whose keys are sorted, so that equal data has equal digests. */
function digestOf(value: unknown): string {
  const sorted = JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([left], [right]) => (left < right ? -1 : 1)))
      : part,
  );
  return createHash('sha256').update(sorted).digest('hex');
}
