// What can be known about an installation before a machine is switched on. In: a record, manifests, the store.
// Out: nothing, or every fault together. Only reads.
import { architectureOfRecord, architecturesOfFiles } from '../lib/architecture.ts';
import { FaultsError, UserError } from '../lib/errors.ts';
import type { Fault } from '../lib/errors.ts';
import { wordsOf } from '../contract/record.ts';
import { directoryFetcher, fetchVerified } from '../packagelink/contents/fetch.ts';
import type { Fetcher } from '../packagelink/contents/fetch.ts';
import type { Manifest, Pack } from '../packagelink/package/manifest.ts';
import { mergeTree } from '../packagelink/merge/merge.ts';
import { nameOwners } from '../packagelink/fit/name-owners.ts';
import type { Layer } from '../packagelink/merge/merge.ts';
import type { Store } from '../packagelink/store/store.ts';
import type { MergedTree } from '../packagelink/tree/tree.ts';
import { hostKeyFaults } from './check-host-keys.ts';
import { initDataFaults } from './check-init-data.ts';
import { siteChecks } from './site-checks.ts';

/**
 * Checks that a machine's packages merge, that its files' owners have accounts, that its record defines what their templates use, that PARTITION is sound
 * and has the data partitions that may be made, and that every byte it would fetch is in the store as its manifest says.
 * @throws FaultsError with all of them
 */
export async function verifyMachine(input: {
  readonly name: string;
  readonly record: Readonly<Record<string, string>>;
  readonly layers: readonly Layer[];
  readonly availablePackages: ReadonlySet<string>;
  readonly store: Store;
  /** Data partitions that the installation may make: `h`, `disk1h`. */
  readonly initData: readonly string[];
}): Promise<void> {
  const { name, record, layers, store } = input;
  const machine = { name, values: new Map(Object.entries(record)), where: () => undefined };
  const faults = [
    ...siteChecks(input.availablePackages).flatMap((check) => check(machine)),
    ...initDataFaults(record, input.initData),
    ...foreignImageFaults(record, layers[0]?.manifest),
    ...layers.flatMap(({ manifest }) => hostKeyFaults(manifest, manifest.name)),
    ...(await mergeFaults(layers, record, directoryFetcher(store.dir))),
    ...(await packFaults(store, layers)),
  ];
  if (faults.length > 0) {
    throw new FaultsError(`${name} cannot be installed as it is described`, faults, {
      hint: 'machdb check --site SITE',
    });
  }
}

/** An image that the machine's processor could not start. */
function foreignImageFaults({ ARCH = '' }: { readonly ARCH?: string }, image: Manifest | undefined): Fault[] {
  const found = architecturesOfFiles(image?.entries.map(({ path }) => path) ?? []);
  const wanted = architectureOfRecord({ ARCH })?.name;
  if (image === undefined || wanted === undefined || found.length === 0 || found.includes(wanted)) return [];
  const message = `${image.name} is a system for ${found.join(' and ')}, but the machine is ${wanted} (ARCH)`;
  return [{ severity: 'error', where: 'IMAGE', message }];
}

async function mergeFaults(
  layers: readonly Layer[],
  record: Readonly<Record<string, string>>,
  fetcher: Fetcher,
): Promise<readonly Fault[]> {
  try {
    const tree = mergeTree({ layers, defines: record, pins: wordsOf(record['PIN']) });
    return await ownerFaults(tree, fetcher);
  } catch (error) {
    if (error instanceof FaultsError) return error.faults;
    if (error instanceof UserError) return [{ severity: 'error', where: 'PIN', message: error.message }];
    throw error;
  }
}

async function ownerFaults(tree: MergedTree, fetcher: Fetcher): Promise<readonly Fault[]> {
  try {
    await nameOwners(tree, { fetcher, isKept: () => false });
    return [];
  } catch (error) {
    if (error instanceof FaultsError) return error.faults;
    // A pack that cannot be read is named by packFaults.
    if (error instanceof UserError) return [];
    throw error;
  }
}

async function packFaults(store: Store, layers: readonly Layer[]): Promise<Fault[]> {
  const fetcher = directoryFetcher(store.dir);
  const faults: Fault[] = [];
  for (const [pack, owner] of packsOf(layers)) {
    try {
      await fetchVerified(fetcher, `packs/${pack.sha256}`);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      const file = `${store.dir}/packs/${pack.sha256}`;
      const suggestion = `remove ${file}, then publish ${owner} again: gutinteg image build IMAGE --force`;
      faults.push({ severity: 'error', where: owner, message: error.message, suggestion });
    }
  }
  return faults;
}

function packsOf(layers: readonly Layer[]): Map<Manifest['packs'][number], string> {
  const owners = new Map<Pack, string>();
  const seen = new Set<string>();
  for (const { name, manifest } of layers) {
    for (const pack of manifest.packs) {
      if (seen.has(pack.sha256)) continue;
      seen.add(pack.sha256);
      owners.set(pack, name);
    }
  }
  return owners;
}
