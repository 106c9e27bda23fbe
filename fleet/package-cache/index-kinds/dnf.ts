// Repositories of dnf. repomd.xml names the lists of a repository, and the one that is called primary its packages.
// See createrepo_c(8); there is no other description of the format.
import { SaxesParser } from 'saxes';
import { tidyPath } from '../tidy-path.ts';
import type { Chunks, IndexEntry, IndexKind, PackageEntry } from './index-kind.ts';

export const dnfIndex: IndexKind = {
  headOf: (path) => /^((?:.*\/)?repodata\/repomd\.xml)(?:\.asc|\.key)?$/.exec(path)?.[1],
  companionsOf: (head) => [`${head}.asc`, `${head}.key`],
  parseHead,
  hashIn: (path) => /(?:^|\/)repodata\/([0-9a-f]{64})-[^/]+$/.exec(path)?.[1],
  // With zchunk, dnf asks for another form of it, which only dnf reads.
  listing: ({ role }) => (role === 'primary' ? 'always' : 'no'),
  readPackages,
};

const rootOf = (head: string): string => head.slice(0, -'repodata/repomd.xml'.length);

function parseHead(text: string, head: string): IndexEntry[] {
  const found = readItems('data');
  found.write(text);
  found.close();
  if (found.root() !== 'repomd') throw new Error('is no repomd.xml');
  return found.take().flatMap((item) => {
    const entry = entryOf(item, rootOf(head), item.texts['size']);
    return entry === undefined ? [] : [{ ...entry, role: item.attributes['type'] ?? '', fetchPath: entry.path }];
  });
}

async function* readPackages(chunks: Chunks, head: string): AsyncGenerator<PackageEntry> {
  const decoder = new TextDecoder();
  const found = readItems('package');
  for await (const chunk of chunks) {
    found.write(decoder.decode(chunk, { stream: true }));
    for (const item of found.take()) {
      const entry = entryOf(item, rootOf(head), item.childAttributes['size']?.['package']);
      if (entry !== undefined) yield entry;
    }
  }
  found.close();
}

type Attributes = Readonly<Record<string, string>>;

type Item = {
  readonly attributes: Attributes;
  /** Of its children, by their name. */
  readonly childAttributes: Record<string, Attributes>;
  readonly texts: Record<string, string>;
};

/** Undefined for one that lies elsewhere (`xml:base`), or whose checksum is of another kind. */
function entryOf(item: Item, root: string, size: string | undefined): PackageEntry | undefined {
  const { location, checksum } = item.childAttributes;
  const [href, sha256 = ''] = [location?.['href'], item.texts['checksum']?.trim()];
  const path = href === undefined || location?.['xml:base'] !== undefined ? undefined : tidyPath(root + href);
  if (path === undefined || checksum?.['type'] !== 'sha256' || !/^[0-9a-f]{64}$/.test(sha256)) return undefined;
  return size !== undefined && /^\d{1,13}$/.test(size) ? { path, sha256, sizeBytes: Number(size) } : undefined;
}

const KEPT = new Set(['checksum', 'location', 'size']);
const MAX_TEXT = 1000;

/** The elements of one name, with those of their children that are needed. A DOCTYPE is refused. */
function readItems(name: string) {
  const parser = new SaxesParser();
  const open: string[] = [];
  let root: string | undefined;
  let item: Item | undefined;
  let items: Item[] = [];
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('doctype', () => {
    throw new Error('has a DOCTYPE');
  });
  parser.on('opentag', (tag) => {
    root ??= tag.name;
    open.push(tag.name);
    const attributes = tag.attributes;
    if (open.length === 2 && tag.name === name) {
      item = { attributes, childAttributes: {}, texts: {} };
    } else if (item !== undefined && open.length === 3 && KEPT.has(tag.name)) {
      item.childAttributes[tag.name] = attributes;
    }
    if (open.length > 50) throw new Error('is nested too deeply');
  });
  parser.on('text', (text) => {
    const field = open.length === 3 ? open[2] : undefined;
    if (item === undefined || field === undefined || !KEPT.has(field)) return;
    item.texts[field] = ((item.texts[field] ?? '') + text).slice(0, MAX_TEXT);
  });
  parser.on('closetag', () => {
    open.pop();
    if (open.length === 1 && item !== undefined) {
      items.push(item);
      item = undefined;
    }
  });
  const take = (): readonly Item[] => {
    const taken = items;
    items = [];
    return taken;
  };
  return { write: (text: string) => parser.write(text), close: () => parser.close(), root: () => root, take };
}
