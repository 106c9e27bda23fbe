// What a directory is as a package. In: a directory, and whose word counts for its owners and modes. Out: its paths, and
// its manifest once somebody has read the contents. Never: writes; reads a file other than the settings.
import { buildManifest } from './build-manifest.ts';
import type { Contents } from './build-manifest.ts';
import { compileGlobs } from '../package/glob.ts';
import type { Manifest } from '../package/manifest.ts';
import { packageSettingsSchema, readPackageSettings } from '../package/package-settings.ts';
import type { PackageSettings } from '../package/package-settings.ts';
import { scanTree } from './scan.ts';
import type { ScannedEntry, ScannedTree } from './scan.ts';
import { scanWithSettings } from './scan-with-settings.ts';
import { applySiteRules } from './site-rules.ts';

/**
 * Whose word counts: an `image` is as its tree is; a `site` package is as git and `.packagelink.yaml` say; a `local` one is
 * as its tree is where `.packagelink.yaml` says nothing.
 */
type PackageKind = 'image' | 'site' | 'local';

export type PackageTree = {
  readonly name: string;
  readonly tree: string;
  readonly kind: PackageKind;
  /** Instead of that of its settings, or 0 for an image. */
  readonly priority?: number | undefined;
  /** What the names of templates end in, instead of what its settings say. */
  readonly suffix?: string | undefined;
  /** Globs of paths that are laid down once, besides those of its settings. */
  readonly mutable?: readonly string[];
  /** Globs of FIFOs and device nodes that belong to an image; other packages name them in their settings. */
  readonly special?: readonly string[];
  /** Leaves out device nodes below `dev/` instead of refusing them. */
  readonly dropDeviceNodes?: boolean;
  /** Told of paths that vanish while the tree is read; without it, they are an error. */
  readonly onVanished?: ((path: string) => void) | undefined;
};

type ScannedPackage = {
  readonly entries: readonly ScannedEntry[];
  /** Attributes that the tree has and the package has not: `security.selinux of 120 paths, such as etc/motd`. */
  readonly leftOut: readonly string[];
  readonly manifestOf: (contents: Contents) => Manifest;
};

/** @throws FaultsError for what no package can hold, and for faults in `.packagelink.yaml` */
export async function scanPackage(about: PackageTree): Promise<ScannedPackage> {
  const settings = await settingsOf(about);
  const { leftOut, ...scanned } = scan(about, settings);
  const { name, kind } = about;
  return {
    entries: scanned.entries,
    leftOut,
    manifestOf: (contents) => buildManifest({ name, keepsTimes: kind === 'site', settings, ...scanned, ...contents }),
  };
}

async function settingsOf({ kind, tree, mutable = [], priority, suffix }: PackageTree): Promise<PackageSettings> {
  const settings =
    kind === 'image' ? { ...packageSettingsSchema.parse({}), priority: 0 } : await readPackageSettings(tree);
  return {
    ...settings,
    mutable: [...settings.mutable, ...mutable],
    priority: priority ?? settings.priority,
    suffix: suffix ?? settings.suffix,
  };
}

/** `isStated`: whether the package says owner and mode of a directory. */
type Ruled = ScannedTree & { readonly isStated: (path: string) => boolean };

function scan(about: PackageTree, settings: PackageSettings): Ruled {
  const { tree, kind, dropDeviceNodes = false } = about;
  if (kind === 'image') {
    const isSpecialAllowed = compileGlobs(about.special ?? []);
    const { suffix } = settings;
    const scanned = scanTree({ tree, withXattrs: true, isSpecialAllowed, dropDeviceNodes, suffix, skip: new Set() });
    return { ...scanned, isStated: () => true };
  }
  const withXattrs = kind === 'local' || settings.keepXattrs;
  const scanned = scanWithSettings({ tree, settings, withXattrs, dropDeviceNodes, onVanished: about.onVanished });
  const { entries, stated } = applySiteRules(scanned.entries, settings, kind === 'local' ? 'tree' : 'site');
  return { entries, isStated: (path) => kind === 'local' || stated.has(path), leftOut: scanned.leftOut };
}
