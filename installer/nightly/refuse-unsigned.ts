// What a run would bring and Secure Boot would not start. In: the wanted files, the machine as it is. Out: nothing, or the
// reason why the run ends here. Reads only. Never: asks about a file that the machine has already.
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { architectureOfRecord } from '../../lib/architecture.ts';
import { FaultsError, UserError } from '../../lib/errors.ts';
import type { Fault } from '../../lib/errors.ts';
import { readIfThere } from '../../lib/read-if-there.ts';
import type { Lookup } from '../../contract/lookup.ts';
import type { Fetcher } from '../../packagelink/contents/fetch.ts';
import type { MergedTree } from '../../packagelink/tree/tree.ts';
import { bootLoaderNamed } from '../boot-loaders/all.ts';
import { signatureFaults } from '../boot-loaders/check-signatures.ts';
import type { SignatureQuestion } from '../boot-loaders/check-signatures.ts';
import { findTreeFile } from '../boot-loaders/esp/find-tree-file.ts';
import { isKernel } from '../boot-loaders/kernel-release.ts';
import { readMenuNames } from '../kernels/menu-names.ts';
import type { BootFacts } from '../kernels/read-boot-facts.ts';
import type { MachineState } from '../machine/machine-state.ts';
import { systemOf } from '../systems/all.ts';
import type { SystemKind } from '../systems/system-kind.ts';

type Unsigned = {
  readonly root: string;
  readonly state: Pick<MachineState, 'layout' | 'bootLoader'>;
  readonly record: Lookup['record'];
  readonly tree: MergedTree;
  readonly menus: BootFacts['menus'];
  readonly fetcher: Fetcher;
};

/**
 * For a machine that was started with Secure Boot, before the first file is changed.
 * @throws FaultsError with every file that it would not start
 */
export async function refuseUnsigned({ root, tree, fetcher, ...about }: Unsigned): Promise<void> {
  const faults: Fault[] = [];
  for (const path of startedFiles({ tree, ...about })) {
    if (await isThere(path, { root, tree })) continue;
    faults.push(...(await faultsOf({ started: [path], tree, fetcher })));
  }
  if (faults.length > 0)
    throw new FaultsError('this machine would not start with what it is to get; nothing was changed', faults);
}

/** Of the tree: the kernel of the image, those that a menu names, and what the boot loaders are made of. */
function startedFiles({ state, record, tree, menus }: Omit<Unsigned, 'root' | 'fetcher'>): Set<string> {
  const system = systemOf(record['OS']);
  const named = menus.map(({ text }) => readMenuNames(text));
  const kernels = tree.entries.flatMap(({ path, type }) =>
    type === 'file' && isKernel(path) && named.some((menu) => menu.hasPath(path)) ? [`/${path}`] : [],
  );
  return new Set([...imageKernel(tree, system), ...kernels, ...loaderFiles(state, record, system)]);
}

/** An image for a container has none. */
function imageKernel(tree: MergedTree, system: SystemKind): string[] {
  try {
    return [`/${system.findKernel(tree).kernel}`];
  } catch (error) {
    if (error instanceof UserError) return [];
    throw error;
  }
}

/** None on a machine that was adopted: its loaders are not ours. */
function loaderFiles(
  { layout, bootLoader }: Unsigned['state'],
  record: Lookup['record'],
  system: SystemKind,
): string[] {
  const architecture = architectureOfRecord(record);
  if (layout === undefined || architecture === undefined) return [];
  const loaders = new Set(bootLoader.map(({ loader }) => loader));
  return [...loaders].flatMap((name) =>
    bootLoaderNamed(name).started({ layout, architecture, paths: system.bootPaths }),
  );
}

async function isThere(path: string, { root, tree }: Pick<Unsigned, 'root' | 'tree'>): Promise<boolean> {
  const wanted = findTreeFile(path, tree);
  const now = wanted === undefined ? undefined : await readIfThere(join(root, path));
  return now !== undefined && createHash('sha256').update(now).digest('hex') === wanted?.content.sha256;
}

/** What cannot be had is not brought either, and the run says that of each file. */
async function faultsOf(question: SignatureQuestion): Promise<Fault[]> {
  try {
    return await signatureFaults(question);
  } catch (error) {
    if (error instanceof UserError) return [];
    throw error;
  }
}
