// From a name on the command line to a package. In: a directory or a name in a store. Out: its manifest and how it is to
// be linked. Never: writes; takes a store's word without its signature.
import type { KeyObject } from 'node:crypto';
import { UserError } from '../../lib/errors.ts';
import { directoryFetcher } from '../contents/fetch.ts';
import type { LinkedPackage } from '../state/linked-packages.ts';
import { variablesUsedBy } from '../merge/merge.ts';
import type { NamedPackage } from '../package/package-argument.ts';
import type { Defines } from '../package/preprocess.ts';
import { readManifest } from '../manifests/read-manifest.ts';
import { readTreePackage } from '../publish/read-tree-package.ts';
import { readName } from '../store/store.ts';

type Reading = {
  readonly mode: LinkedPackage['mode'];
  readonly defines: Defines;
  /** What the names of templates of a directory end in, whatever its settings say. */
  readonly suffix?: string | undefined;
  readonly store: { readonly dir: string; readonly keys: readonly KeyObject[] } | undefined;
};

/** Reads one package whole, without what vanishes meanwhile. @throws UserError when it cannot be read, FaultsError when it is unsound */
export async function readNamedPackage(
  named: NamedPackage,
  reading: Reading,
  onVanished?: (path: string) => void,
): Promise<LinkedPackage> {
  const { name } = named;
  const { mode } = reading;
  if (named.kind === 'tree') {
    const { root: tree, priority } = named;
    const { manifest, vanished } = await readTreePackage({
      name,
      tree,
      kind: 'local',
      priority,
      suffix: reading.suffix,
    });
    for (const path of vanished) onVanished?.(path);
    const defines = usedBy(manifest, reading.defines);
    return { name, priority: manifest.priority, kind: 'tree', source: named.root, digest: '', mode, defines, manifest };
  }
  const { store } = reading;
  if (store === undefined) throw new Error(`${name} is a name in a store, but there is none`);
  const digest = await readName({ dir: store.dir }, name);
  if (digest === undefined) {
    const hint = `ls ${store.dir}/names`;
    throw new UserError(`the store ${store.dir} has no package ${name}`, { exitCode: 2, hint });
  }
  const manifest = await readManifest(directoryFetcher(store.dir), digest, store.keys);
  return {
    name,
    priority: named.priority ?? manifest.priority,
    kind: 'store',
    source: store.dir,
    digest,
    mode: 'copy',
    defines: usedBy(manifest, reading.defines),
    manifest,
  };
}

function usedBy(manifest: LinkedPackage['manifest'], defines: Defines): Defines {
  const used = variablesUsedBy([manifest]).filter((name) => Object.hasOwn(defines, name));
  return Object.fromEntries(used.map((name) => [name, defines[name] ?? '']));
}
