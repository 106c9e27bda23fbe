import type { Lookup } from '../../contract/lookup.ts';
import { wordsOf } from '../../contract/record.ts';
import { mergeTree } from '../../packagelink/merge/merge.ts';
import type { MergeInput } from '../../packagelink/merge/merge.ts';
import type { Manifest } from '../../packagelink/package/manifest.ts';
import type { MergedTree, TreeEntry } from '../../packagelink/tree/tree.ts';
import { fatMounts } from './own-mounts.ts';
import { renderSystem } from '../systems/system-kind.ts';
import type { SystemKind } from '../systems/system-kind.ts';

export type FilesInput = {
  /** Of a look-up, what decides the files. */
  readonly lookup: Pick<Lookup, 'name' | 'record'> & {
    readonly image: { readonly name: string };
    readonly packages: readonly { readonly name: string; readonly priority: number }[];
  };
  readonly image: Manifest;
  readonly packages: readonly Manifest[];
  /**
   * fstab and the like, of the layout that is to be or that was installed. Undefined where it is not known: then these
   * paths stay as they are on the machine, unless a site package has them.
   */
  readonly diskFiles: readonly { readonly path: string; readonly text: string }[] | undefined;
  readonly consoles: readonly string[];
  readonly system: SystemKind;
};

/**
 * The files of a machine: image, site packages and @generated, merged.
 * The same function serves the full install, the nightly run and `gutinteg plan`.
 * @throws FaultsError with every conflict and every undefined variable
 */
export function planFiles(input: FilesInput): MergedTree {
  const tree = mergeTree(mergeInputOf(input));
  const left = leftPaths(input);
  return left.size === 0 ? tree : { ...tree, entries: tree.entries.map((entry) => leaveToMachine(entry, left)) };
}

/** What decides the files of a machine, not merged yet. */
export function mergeInputOf(input: FilesInput): MergeInput {
  const { lookup, image, packages, diskFiles = [], consoles, system } = input;
  const left = leftPaths(input);
  const { name: hostname, record } = lookup;
  const rendered = renderSystem(system, { hostname, record, diskFiles, consoles }).filter(
    ({ path }) => !left.has(path),
  );
  return {
    layers: [
      { name: lookup.image.name, priority: 0, manifest: image },
      ...lookup.packages.flatMap(({ name, priority }, index) => {
        const manifest = packages[index];
        return manifest === undefined ? [] : [{ name, priority, manifest }];
      }),
    ],
    generated: rendered.map(({ path, mode, content }) => ({ path: path.slice(1), mode, bytes: Buffer.from(content) })),
    defines: lookup.record,
    pins: wordsOf(lookup.record['PIN']),
    fat: diskFiles.flatMap(({ path, text }) => (path === '/etc/fstab' ? fatMounts(text) : [])),
  };
}

function leftPaths({ diskFiles, system }: FilesInput): Set<string> {
  return new Set(diskFiles === undefined ? system.diskPaths : []);
}

function leaveToMachine(entry: TreeEntry, left: ReadonlySet<string>): TreeEntry {
  return entry.class === 'image' && left.has(`/${entry.path}`) ? { ...entry, class: 'mutable' } : entry;
}
