// A package that is a local directory and not published. In: a directory, its settings. Out: a manifest without packs.
// Never: writes; publishes.
import { realpathSync } from 'node:fs';
import { FaultsError, UserError } from '../lib/errors.ts';
import { CommandError } from '../lib/run-command.ts';
import type { RunCommand } from '../lib/run-command.ts';
import { buildManifest } from './build-manifest.ts';
import { PACK_RAW_BYTES } from './manifest.ts';
import type { Manifest, Xattrs } from './manifest.ts';
import { SETTINGS_FILE, applySiteRules, readPackageSettings } from './package-settings.ts';
import { digestFile } from './read-contents.ts';
import type { FileDigest } from './read-contents.ts';
import { scanTree } from './scan.ts';
import type { ScannedEntry } from './scan.ts';
import { readTreeXattrs } from './xattrs.ts';

type PackageTree = {
  readonly name: string;
  /** Absolute. */
  readonly root: string;
  /** Instead of the one in its settings. */
  readonly priority: number | undefined;
  readonly run: RunCommand;
};

/**
 * Scans a directory as a package. Owners, modes, times and attributes are those of the directory; exceptions of its
 * `.packagelink.yaml` apply to them.
 * @throws FaultsError for what no package can hold; UserError when a file changes meanwhile
 */
export async function scanPackage({ name, root, priority, run }: PackageTree): Promise<Manifest> {
  const settings = await readPackageSettings(root);
  const scanned = scanTree({ tree: root, dropDeviceNodes: false, skip: new Set([SETTINGS_FILE]) });
  const { entries } = applySiteRules(scanned, settings, 'tree');
  const digests = digestAll(root, entries);
  return buildManifest({
    name,
    kind: 'image',
    settings: { ...settings, priority: priority ?? settings.priority },
    entries,
    xattrs: await xattrsBelow(root, run),
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

async function xattrsBelow(root: string, run: RunCommand): Promise<Map<string, Xattrs>> {
  const real = realpathSync(root);
  try {
    const absolute = await readTreeXattrs(run, real);
    absolute.delete(real);
    return new Map([...absolute].map(([path, xattrs]) => [path.slice(real.length + 1), xattrs]));
  } catch (error) {
    if (!(error instanceof CommandError) || error.result !== undefined) throw error;
    throw new UserError(`scanning ${root}: getfattr could not be started`, {
      cause: error,
      hint: 'install it: apt-get install attr',
    });
  }
}
