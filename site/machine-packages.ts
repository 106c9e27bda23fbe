// Which image and packages a machine gets, with their manifests. In: its record. Out: digests, manifests, its
// generation.
// To see whether a tree has changed, all its directories are read: 35 machines a second. So one look serves all that
// ask within `maxAgeMs` of it, and the result for a machine is computed once: thousands a second.
import type { KeyObject } from 'node:crypto';
import type { Lookup, PackageRef } from '../contract/lookup.ts';
import { UserError } from '../lib/errors.ts';
import { directoryFetcher } from '../packagelink/contents/fetch.ts';
import type { Manifest } from '../packagelink/package/manifest.ts';
import { variablesUsedBy } from '../packagelink/merge/merge.ts';
import { readManifest } from '../packagelink/manifests/read-manifest.ts';
import { readName } from '../packagelink/store/store.ts';
import type { Store } from '../packagelink/store/store.ts';
import { digestOf } from './digest-of.ts';
import { imageOf, packagesOf } from './packages.ts';
import { createPublisher } from './publish-packages.ts';

export type MachinePackagesInput = {
  readonly siteDir: string;
  readonly store: Store;
  readonly signingKey: KeyObject;
  readonly publicKey: KeyObject;
  readonly everywhere: (record: Readonly<Record<string, string>>) => readonly string[];
  readonly isReadOnly?: boolean;
};

export type MachinePackages = {
  readonly image: Lookup['image'];
  readonly packages: PackageRef[];
  /** Manifests of the image, then of the packages. */
  readonly all: readonly Manifest[];
  /** SHA-256 of record, image and packages. */
  readonly generation: string;
  readonly templateVariables: readonly string[];
};

export type MachineAsked = {
  readonly name: string;
  readonly record: Readonly<Record<string, string>>;
  /** Of the database that the record is from. */
  readonly version: number;
  /** How long ago the trees may have been looked at; 0: not before this call. */
  readonly maxAgeMs: number;
};

/** Machines whose packages are remembered between two looks. */
const MAX_REMEMBERED = 2000;

type Look = {
  readonly beganMs: number;
  readonly found: Promise<Found>;
  readonly machines: Map<string, Promise<MachinePackages>>;
};
type Found = {
  readonly published: ReadonlyMap<string, string>;
  /** The digest of a published package, read once. */
  readonly digestOf: (name: string) => Promise<string>;
};

export function createMachinePackages(
  input: MachinePackagesInput,
  now: () => number = () => performance.now(),
): (asked: MachineAsked) => Promise<MachinePackages> {
  const publisher = createPublisher(input);
  const manifests = createManifestCache(input);
  let latest: Look | undefined;

  async function lookAtTrees(): Promise<Found> {
    return { published: await publisher.publish(), digestOf: createNameReader(input.store) };
  }

  /** A look that failed counts as well: a tree that cannot be published must not cost more than one that can. */
  function look(maxAgeMs: number): Look {
    if (latest !== undefined && maxAgeMs > 0 && now() - latest.beganMs < maxAgeMs) return latest;
    const found = lookAtTrees();
    latest = { beganMs: now(), found, machines: new Map() };
    return latest;
  }

  async function workOut({ found }: Look, { name, record }: MachineAsked): Promise<MachinePackages> {
    const { published, digestOf: readDigest } = await found;
    const image = await publishedImage(input.store, name, record);
    const everywhere = await Promise.all(
      input.everywhere(record).map(async (each) => ({ name: each, digest: await readDigest(each) })),
    );
    const digests = packageDigests({ name, record, published, everywhere });
    const all = await Promise.all([image.manifest, ...digests.map(({ digest }) => digest)].map(manifests));
    const packages = digests.map(({ name, digest }, index) => {
      return { name, manifest: digest, priority: all[index + 1]?.priority ?? 50 };
    });
    const generation = digestOf({ record, image, packages });
    return { image, packages, all, generation, templateVariables: variablesUsedBy(all) };
  }

  return async (asked) => {
    const current = look(asked.maxAgeMs);
    const key = `${asked.version} ${asked.name}`;
    const machine = current.machines.get(key) ?? workOut(current, asked);
    if (current.machines.size < MAX_REMEMBERED) current.machines.set(key, machine);
    return machine;
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

function createNameReader(store: Store): (name: string) => Promise<string> {
  const known = new Map<string, Promise<string>>();
  return async (name) => {
    const digest = known.get(name) ?? readPublished(store, name);
    known.set(name, digest);
    return digest;
  };
}

async function readPublished(store: Store, name: string): Promise<string> {
  const digest = await readName(store, name);
  if (digest !== undefined) return digest;
  throw new UserError(`the package ${name} is not in the package store`, {
    exitCode: 2,
    hint: 'gutinteg prepare --site SITE',
  });
}

/** Manifests are named by their digest and never change, so each is read once. */
function createManifestCache({ store, publicKey }: MachinePackagesInput): (digest: string) => Promise<Manifest> {
  const cache = new Map<string, Promise<Manifest>>();
  return async (digest) => {
    const cached = cache.get(digest) ?? readManifest(directoryFetcher(store.dir), digest, [publicKey]);
    cache.set(digest, cached);
    // Who asked hears of the error; the next one asks anew.
    cached.catch(() => cache.delete(digest));
    return cached;
  };
}
