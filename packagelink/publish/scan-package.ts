// A package that is a local directory and not published. In: a directory, its settings. Out: a manifest without packs.
// Never: writes; publishes.
import { FaultsError, UserError } from '../../lib/errors.ts';
import { buildManifest } from './build-manifest.ts';
import { PACK_RAW_BYTES } from '../package/manifest.ts';
import type { Manifest } from '../package/manifest.ts';
import { readPackageSettings } from '../package/package-settings.ts';
import { digestFile } from './read-contents.ts';
import type { FileDigest } from './read-contents.ts';
import type { ScannedEntry } from './scan.ts';
import { scanWithSettings } from './scan-with-settings.ts';
import { applySiteRules } from './site-rules.ts';

type PackageTree = {
  readonly name: string;
  /** Absolute. */
  readonly root: string;
  /** Instead of the one in its settings. */
  readonly priority: number | undefined;
};

/**
 * Scans a directory as a package. Owners, modes, times and attributes are those of the directory; exceptions of its
 * `.packagelink.yaml` apply to them.
 * @throws FaultsError for what no package can hold; UserError when a file changes meanwhile
 */
export async function scanPackage({ name, root, priority }: PackageTree): Promise<Manifest> {
  const settings = await readPackageSettings(root);
  const scanned = scanWithSettings({ tree: root, settings, withXattrs: true });
  const { entries } = applySiteRules(scanned.entries, settings, 'tree');
  const digests = digestAll(root, entries);
  return buildManifest({
    name,
    kind: 'image',
    settings: { ...settings, priority: priority ?? settings.priority },
    entries,
    isStated: () => true,
    digests,
    slices: new Map([...digests.values()].map(({ sha256 }) => [sha256, []])),
    previous: undefined,
  });
}

function digestAll(root: string, entries: readonly ScannedEntry[]): Map<string, FileDigest> {
  const buffer = Buffer.alloc(PACK_RAW_BYTES);
  const digests = new Map<string, FileDigest>();
  try {
    for (const entry of entries) if (entry.type === 'file') digests.set(entry.path, digestFile(root, entry, buffer));
  } catch (error) {
    if (error instanceof UserError && !(error instanceof FaultsError)) throw error;
    throw new UserError(`scanning ${root} failed`, { cause: error });
  }
  return digests;
}
