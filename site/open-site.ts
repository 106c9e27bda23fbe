// What the site says of its machines now: database, packages and images together.
// In: a site and its store. Out: machines with their full answer to a look-up. Never: writes into the site.
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { KeyObject } from 'node:crypto';
import type { Lookup, PackageRef } from '../contract/lookup.ts';
import { FaultsError, UserError } from '../lib/errors.ts';
import { parseMac } from '../lib/mac.ts';
import { checkMachdb } from '../machdb/check.ts';
import { loadMachdb } from '../machdb/load.ts';
import { findByMac } from '../machdb/find-machine.ts';
import { machineNames, macsOf } from '../machdb/query.ts';
import { resolveRecord } from '../machdb/resolve.ts';
import type { Machdb } from '../machdb/types.ts';
import { directoryFetcher } from '../packagelink/fetch.ts';
import type { Manifest } from '../packagelink/manifest.ts';
import { variablesUsedBy } from '../packagelink/merge.ts';
import { readManifest } from '../packagelink/read-manifest.ts';
import { readName } from '../packagelink/store.ts';
import type { Store } from '../packagelink/store.ts';
import { listSitePackages } from './load-site.ts';
import { imageOf, packagesOf } from './packages.ts';
import { createPublisher } from './publish-packages.ts';
import { siteChecks } from './site-checks.ts';
import { treeFingerprint } from './tree-fingerprint.ts';
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
  /** Everything that can be known before the machine is switched on. @throws FaultsError with all that is wrong */
  readonly verify: () => Promise<void>;
};

export type Site = {
  readonly lookupByMac: (mac: string) => Promise<SiteMachine | undefined>;
  readonly lookupByName: (name: string) => Promise<SiteMachine | undefined>;
  readonly machineNames: () => Promise<string[]>;
};

export type SiteInput = {
  readonly siteDir: string;
  readonly store: Store;
  readonly signingKey: KeyObject;
  readonly publicKey: KeyObject;
  /** Published packages that every machine gets besides its own, such as the agent. */
  readonly everywhere: readonly string[];
  /** Told when the database has changed and is not sound; the last sound version stays in force. */
  readonly onUnsound: (error: FaultsError) => void;
};

/**
 * Opens a site: its database is read now, and again whenever its files change.
 * @throws FaultsError when the database is not sound to begin with
 */
export async function openSite(input: SiteInput): Promise<Site> {
  const { database, latestFault } = await watchDatabase(input);
  const publisher = createPublisher(input);
  const manifests = createManifestCache(input);
  const machine = async (name: string | undefined): Promise<SiteMachine | undefined> => {
    if (name === undefined) return undefined;
    const record = resolveRecord(await database(), name);
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
      verify: async () => {
        // An older version that is in force may serve machines, but nobody consents to what they can no longer read.
        const fault = latestFault();
        if (fault !== undefined) throw fault;
        const { image, packages, all } = await refs();
        const layers = [{ name: image.name, priority: 0 }, ...packages].flatMap(({ name, priority }, index) => {
          const manifest = all[index];
          return manifest === undefined ? [] : [{ name, priority, manifest }];
        });
        const availablePackages = new Set(await listSitePackages(input.siteDir));
        await verifyMachine({ name, record, layers, availablePackages, store: input.store });
      },
    };
  };
  return {
    lookupByMac: async (text) => {
      const mac = parseMac(text);
      return mac === undefined ? undefined : machine(findByMac(await database(), mac));
    },
    lookupByName: async (name) => {
      const db = await database();
      return machine(machineNames(db).find((candidate) => candidate === name));
    },
    machineNames: async () => machineNames(await database()),
  };
}

/** `database` reads it again when it has changed; `latestFault` is what was wrong then, if anything was. */
async function watchDatabase({ siteDir, onUnsound }: SiteInput) {
  const dir = join(siteDir, 'machdb');
  const load = async (): Promise<Machdb> => {
    const db = await loadMachdb(dir);
    const faults = checkMachdb(db, siteChecks(new Set(await listSitePackages(siteDir))));
    if (faults.some(({ severity }) => severity === 'error')) {
      throw new FaultsError(`the machine database ${dir}`, faults, { hint: `machdb check --site ${siteDir}` });
    }
    return db;
  };
  let fingerprint = await treeFingerprint(dir);
  let sound = await load();
  let fault: FaultsError | undefined;
  const database = async (): Promise<Machdb> => {
    const now = await treeFingerprint(dir);
    if (now === fingerprint) return sound;
    fingerprint = now;
    try {
      sound = await load();
      fault = undefined;
    } catch (error) {
      if (!(error instanceof FaultsError)) throw error;
      fault = error;
      onUnsound(error);
    }
    return sound;
  };
  return { database, latestFault: () => fault };
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
