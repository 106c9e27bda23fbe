import type { KeyObject } from 'node:crypto';
import { join } from 'node:path';
import { UserError } from '../lib/errors.ts';
import { publishTree } from '../packagelink/publish/publish.ts';
import { readName } from '../packagelink/store/store.ts';
import type { Store } from '../packagelink/store/store.ts';
import { listSitePackages } from './load-site.ts';
import { treeFingerprint } from './tree-fingerprint.ts';

export type PackagePublisher = {
  /**
   * Publishes the trees that have changed since the last call; concurrent calls share one run.
   * Answers each tree's name with the digest of its manifest.
   * @throws FaultsError for a tree that cannot be published; UserError (exit code 2) for one that would have to be
   */
  readonly publish: () => Promise<ReadonlyMap<string, string>>;
};

/** Publishes `packages/*` of a site and keeps their manifests' digests. With `isReadOnly`, all have to be published already. */
export function createPublisher(input: {
  readonly siteDir: string;
  readonly store: Store;
  readonly signingKey: KeyObject;
  readonly isReadOnly?: boolean;
}): PackagePublisher {
  const { siteDir, store, signingKey, isReadOnly = false } = input;
  const fingerprints = new Map<string, string>();
  let running: Promise<ReadonlyMap<string, string>> | undefined;
  const publishOne = async (name: string): Promise<string | undefined> => {
    const tree = join(siteDir, 'packages', name);
    const fingerprint = await treeFingerprint(tree);
    const published = await readName(store, name);
    if (published !== undefined && fingerprints.get(name) === fingerprint) return published;
    const { manifest, changed } = await publishTree({
      store,
      name,
      tree,
      kind: 'site',
      signingKey,
      dryRun: isReadOnly,
    });
    if (isReadOnly && changed) return undefined;
    fingerprints.set(name, fingerprint);
    return manifest;
  };
  const publishAll = async (): Promise<ReadonlyMap<string, string>> => {
    const digests = new Map<string, string>();
    const others: string[] = [];
    for (const name of await listSitePackages(siteDir)) {
      const digest = await publishOne(name);
      if (digest === undefined) others.push(name);
      else digests.set(name, digest);
    }
    if (others.length === 0) return digests;
    throw new UserError(
      `packages are not published as they are now, and nothing is published here: ${others.join(', ')}`,
      {
        exitCode: 2,
        hint: `gutinteg package publish --site ${siteDir}`,
      },
    );
  };
  return {
    publish: async () => {
      running ??= publishAll().finally(() => (running = undefined));
      return running;
    },
  };
}
