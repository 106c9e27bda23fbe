import type { Lookup } from '../contract/lookup.ts';
import { wordsOf } from '../contract/record.ts';
import { mergeTree } from '../packagelink/merge.ts';
import type { MergeInput } from '../packagelink/merge.ts';
import type { Manifest } from '../packagelink/manifest.ts';
import type { MergedTree } from '../packagelink/tree.ts';
import type { SystemKind } from './systems/system-kind.ts';

export type FilesInput = {
  readonly lookup: Lookup;
  readonly image: Manifest;
  readonly packages: readonly Manifest[];
  /** fstab and the like, of the layout that is to be or that was installed. */
  readonly diskFiles: readonly { readonly path: string; readonly text: string }[];
  readonly consoles: readonly string[];
  readonly system: SystemKind;
};

/**
 * The files of a machine: image, site packages and @generated, merged.
 * The same function serves the full install, the nightly run and `gutinteg plan`.
 * @throws FaultsError with every conflict and every undefined variable
 */
export function planFiles(input: FilesInput): MergedTree {
  return mergeTree(mergeInputOf(input));
}

/** What decides the files of a machine, not merged yet. */
export function mergeInputOf({ lookup, image, packages, diskFiles, consoles, system }: FilesInput): MergeInput {
  const rendered = system.renderFiles({ hostname: lookup.name, record: lookup.record, diskFiles, consoles });
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
  };
}
