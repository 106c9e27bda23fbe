// A site that archives are imported into, what is published of it, and what a directory holds.
import { execFileSync } from 'node:child_process';
import { lstatSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { runCommand } from '../../lib/run-command.ts';
import { sha256 } from '../../packagelink/package/digest.ts';
import { directoryFetcher } from '../../packagelink/contents/fetch.ts';
import { loadOrCreateSiteKey } from '../../packagelink/manifests/keys.ts';
import type { ManifestEntry } from '../../packagelink/package/manifest.ts';
import { publishTree } from '../../packagelink/publish/publish.ts';
import { readManifest } from '../../packagelink/manifests/read-manifest.ts';
import { openStore } from '../../packagelink/store/store.ts';
import { importPackage } from '../../site/import/import-package.ts';
import type { ImportedPackage } from '../../site/import/import-package.ts';
import { DEFAULT_LIMITS } from '../../site/import/limits.ts';
import type { ImportLimits } from '../../site/import/limits.ts';

type TakeOptions = {
  readonly name?: string;
  readonly replace?: boolean;
  readonly numericOwner?: boolean;
  readonly limits?: Partial<ImportLimits>;
};

export type ImportLab = {
  readonly dir: string;
  readonly siteDir: string;
  /** What tests make archives of. */
  readonly source: string;
  readonly archive: string;
  /** Imports an archive into the site; owners are numbers, unless said. */
  readonly take: (archive: string, options?: TakeOptions) => Promise<ImportedPackage>;
  /** GNU tar, in `source`. */
  readonly tar: (...words: string[]) => void;
};

/** Goes when the test ends. */
export function setUp(context: TestContext): ImportLab {
  const dir = mkdtempSync(join(tmpdir(), 'package-import-'));
  context.after(() => rmSync(dir, { recursive: true, force: true }));
  const [siteDir, source] = [join(dir, 'site'), join(dir, 'source')];
  for (const path of [siteDir, source]) mkdirSync(path);
  const take: ImportLab['take'] = async (archive, { name, replace = false, numericOwner = true, limits } = {}) =>
    await importPackage({
      siteDir,
      archive,
      name,
      replace,
      numericOwner,
      limits: { ...DEFAULT_LIMITS, ...limits },
      run: runCommand,
    });
  const tar = (...words: string[]) => {
    execFileSync('tar', words, { cwd: source, stdio: ['ignore', 'pipe', 'pipe'] });
  };
  return { dir, siteDir, source, archive: join(dir, 'x.tar'), take, tar };
}

/** The entries of a tree as a package, published into a store of the lab. */
export async function published(
  dir: string,
  tree: string,
  name = 'x',
): Promise<{ entries: readonly ManifestEntry[]; manifest: string }> {
  const store = openStore(join(dir, 'store'));
  const key = await loadOrCreateSiteKey(dir);
  const { manifest } = await publishTree({ store, name, tree, kind: 'site', signingKey: key.privateKey });
  const { entries } = await readManifest(directoryFetcher(store.dir), manifest, [key.publicKey]);
  return { entries, manifest };
}

/** A line for each entry of a package: what it means to a machine. */
export function describeEntries(entries: readonly ManifestEntry[]): string[] {
  return entries.map((entry) => {
    if (entry.type === 'hardlink') return `hardlink ${entry.path} ${entry.target}`;
    const implied = entry.type === 'directory' && entry.implied === true ? ' implied' : '';
    const mode = entry.mode.toString(8).padStart(4, '0');
    return `${entry.type} ${entry.path} ${mode} ${entry.user ?? entry.uid}:${entry.group ?? entry.gid}${implied}`;
  });
}

/** Every path below a directory with type, digest or target, and the modification time of files and links. */
export function listTree(root: string, dir = ''): string[] {
  return readdirSync(join(root, dir))
    .toSorted()
    .flatMap((name) => {
      const path = join(dir, name);
      const stat = lstatSync(join(root, path), { bigint: true });
      if (stat.isDirectory()) return [`${path}/`, ...listTree(root, path)];
      const what = stat.isSymbolicLink()
        ? `-> ${readlinkSync(join(root, path))}`
        : sha256(readFileSync(join(root, path))).slice(0, 12);
      return [`${path} ${stat.mtimeNs} ${what}`];
    });
}
