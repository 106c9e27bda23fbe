import type { KeyObject } from 'node:crypto';
import { join } from 'node:path';
import { publishTree } from '../packagelink/publish/publish.ts';
import { readName } from '../packagelink/store/store.ts';
import type { Store } from '../packagelink/store/store.ts';
import { listSitePackages } from './load-site.ts';
import { treeFingerprint } from './tree-fingerprint.ts';

export type PackagePublisher = {
  /**
   * Publishes the trees that have changed since the last call; concurrent calls share one run.
   * Answers each tree's name with the digest of its manifest.
   * @throws FaultsError for a tree that cannot be published
   */
  readonly publish: () => Promise<ReadonlyMap<string, string>>;
};

/** Publishes `packages/*` of a site and keeps their manifests' digests. */
export function createPublisher(input: {
  readonly siteDir: string;
  readonly store: Store;
  readonly signingKey: KeyObject;
}): PackagePublisher {
  const { siteDir, store, signingKey } = input;
  const fingerprints = new Map<string, string>();
  let running: Promise<ReadonlyMap<string, string>> | undefined;
  const publishOne = async (name: string): Promise<string> => {
    const tree = join(siteDir, 'packages', name);
    const fingerprint = await treeFingerprint(tree);
    const published = await readName(store, name);
    if (published !== undefined && fingerprints.get(name) === fingerprint) return published;
    const { manifest } = await publishTree({ store, name, tree, kind: 'site', signingKey });
    fingerprints.set(name, fingerprint);
    return manifest;
  };
  const publishAll = async (): Promise<ReadonlyMap<string, string>> => {
    const digests = new Map<string, string>();
    for (const name of await listSitePackages(siteDir)) digests.set(name, await publishOne(name));
    return digests;
  };
  return {
    publish: async () => {
      running ??= publishAll().finally(() => (running = undefined));
      return running;
    },
  };
}
