// Templates whose result is not known yet. In: a tree, the state database, a fetcher. Out: the tree with those files
// as literal bytes, and the digest of every file. Never: writes; renders what is as it was last time.
import { sha256 } from '../package/digest.ts';
import { describeError } from '../../lib/errors.ts';
import type { Fetcher } from '../contents/fetch.ts';
import { readSources } from '../contents/read-source.ts';
import { preprocess } from '../package/preprocess.ts';
import type { InstalledPath } from '../tree/installed-path.ts';
import type { MergedTree, TreeEntry, WantedFile } from '../tree/tree.ts';

type RenderedTree = {
  readonly tree: MergedTree;
  /** SHA-256 of the bytes to install, by path; none for a template that could not be read. */
  readonly digests: ReadonlyMap<string, string>;
  readonly errors: readonly string[];
};

/** Renders the templates that are new or changed; a source that cannot be read is an error for its path alone. */
export async function renderTemplates(
  tree: MergedTree,
  installed: ReadonlyMap<string, InstalledPath>,
  fetcher: Fetcher,
): Promise<RenderedTree> {
  const digests = new Map<string, string>();
  const unknown: WantedFile[] = [];
  for (const entry of tree.entries) {
    if (entry.type !== 'file') continue;
    const digest = knownDigest(entry, installed.get(entry.path));
    if (digest === undefined) unknown.push(entry);
    else digests.set(entry.path, digest);
  }
  const rendered = new Map<TreeEntry, WantedFile>();
  const errors: string[] = [];
  for (const [file, source] of await readSources(unknown, fetcher)) {
    if (source instanceof Error)
      errors.push(`${file.path} of ${file.owner} could not be read: ${describeError(source)}`);
    if (source instanceof Error || file.content.kind !== 'template') continue;
    const bytes = preprocess(source, file.content.defines, `${file.path} of ${file.owner}`);
    const digest = sha256(bytes);
    digests.set(file.path, digest);
    rendered.set(file, { ...file, content: { kind: 'literal', sha256: digest, sizeBytes: bytes.length, bytes } });
  }
  return { tree: { ...tree, entries: tree.entries.map((entry) => rendered.get(entry) ?? entry) }, digests, errors };
}

function knownDigest(file: WantedFile, row: InstalledPath | undefined): string | undefined {
  if (file.content.kind !== 'template') return file.content.sha256;
  return row?.source === file.sourceKey ? row.sha256 : undefined;
}
