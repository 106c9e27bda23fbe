// The tree of a package whose settings are in `.packagelink.yaml`. In: a directory, those settings. Out: its scan, with
// what the settings add to it. Never: writes; owners and modes, which site-rules.ts has.
import { lstatSync } from 'node:fs';
import { withEmptyDirectories } from './empty-directories.ts';
import { compileGlobs } from '../package/glob.ts';
import { SETTINGS_FILE } from '../package/package-settings.ts';
import type { PackageSettings } from '../package/package-settings.ts';
import { scanTree, statMetadata } from './scan.ts';
import type { ScannedTree } from './scan.ts';

type Scanning = {
  readonly tree: string;
  readonly settings: PackageSettings;
  /** Whether the extended attributes of the tree are the package's. */
  readonly withXattrs: boolean;
  readonly dropDeviceNodes?: boolean;
  /** See scanTree. */
  readonly onVanished?: ((path: string) => void) | undefined;
};

/** @throws FaultsError for paths that no package can hold, or that are not what the settings say */
export function scanWithSettings(scanning: Scanning): ScannedTree {
  const { tree, settings, withXattrs, dropDeviceNodes = false, onVanished } = scanning;
  const { entries, leftOut } = scanTree({
    tree,
    withXattrs,
    isSpecialAllowed: compileGlobs(settings.special),
    dropDeviceNodes,
    skip: new Set([SETTINGS_FILE]),
    suffix: settings.suffix,
    verbatim: new Set(settings.verbatim),
    onVanished,
  });
  const rootTime = statMetadata(lstatSync(tree, { bigint: true }));
  return { entries: withEmptyDirectories(entries, settings.emptyDirectories, rootTime), leftOut };
}
