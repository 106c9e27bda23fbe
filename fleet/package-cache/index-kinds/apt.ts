// Repositories of apt. InRelease names the lists of a suite, and a list (Packages) its packages.
// See https://wiki.debian.org/DebianRepository/Format, sections "Release" files and "Packages" indices.
import { tidyPath } from '../tidy-path.ts';
import type { Chunks, IndexEntry, IndexKind, PackageEntry } from './index-kind.ts';

const HEAD = /(?:^|\/)(?:In)?Release$/;

export const aptIndex: IndexKind = {
  headOf: (path) => {
    const signed = path.endsWith('/Release.gpg') || path === 'Release.gpg' ? path.slice(0, -'.gpg'.length) : path;
    return HEAD.test(signed) ? signed : undefined;
  },
  companionsOf: (head) => (head.endsWith('InRelease') ? [] : [`${head}.gpg`]),
  parseHead,
  hashIn: (path) => /(?:^|\/)by-hash\/SHA256\/([0-9a-f]{64})$/.exec(path)?.[1],
  listing: ({ path }) => (/(?:^|\/)Packages(?:\.\w+)?$/.test(path) ? 'if-asked-for' : 'no'),
  readPackages,
};

function parseHead(text: string, head: string): IndexEntry[] {
  const lines = text.split('\n').map((line) => line.trimEnd());
  const start = lines.indexOf('SHA256:');
  if (start === -1) throw new Error('has no checksums of SHA256');
  const byHash = lines.includes('Acquire-By-Hash: yes');
  const directory = head.slice(0, head.lastIndexOf('/') + 1);
  const entries: IndexEntry[] = [];
  for (const line of lines.slice(start + 1)) {
    if (!line.startsWith(' ')) break;
    const [sha256 = '', size = '', name = ''] = line.trim().split(/ +/);
    const path = tidyPath(directory + name);
    if (!/^[0-9a-f]{64}$/.test(sha256) || !/^\d{1,13}$/.test(size) || path === undefined || name === '') {
      throw new Error(`has a line that is no checksum, size and name: ${line.slice(0, 200)}`);
    }
    const place = path.slice(0, path.lastIndexOf('/') + 1);
    const fetchPath = byHash ? `${place}by-hash/SHA256/${sha256}` : path;
    entries.push({ path, sha256, sizeBytes: Number(size), role: path, fetchPath });
  }
  return entries;
}

/** Names are from the root of the archive: what stands before `dists/`, or the origin itself where there is none. */
function rootOf(head: string): string {
  const at = `/${head}`.lastIndexOf('/dists/');
  return at === -1 ? '' : head.slice(0, at);
}

async function* readPackages(chunks: Chunks, head: string): AsyncGenerator<PackageEntry> {
  const root = rootOf(head);
  let fields: Record<string, string> = {};
  // Not line by line: waiting a million times would take seconds.
  for await (const lines of linesOf(chunks)) {
    for (const line of lines) {
      if (line === '') {
        const entry = packageOf(fields, root);
        if (entry !== undefined) yield entry;
        fields = {};
      } else if (line.startsWith('Filename:') || line.startsWith('S')) {
        const [, name, value = ''] = /^(Filename|Size|SHA256): *(.*)$/.exec(line) ?? [];
        if (name !== undefined) fields[name] = value.trim();
      }
    }
  }
  const last = packageOf(fields, root);
  if (last !== undefined) yield last;
}

function packageOf(fields: Readonly<Record<string, string>>, root: string): PackageEntry | undefined {
  const { Filename: name = '', Size: size = '', SHA256: sha256 = '' } = fields;
  const path = name === '' ? undefined : tidyPath(root + name);
  if (path === undefined || !/^\d{1,13}$/.test(size) || !/^[0-9a-f]{64}$/.test(sha256)) return undefined;
  return { path, sha256, sizeBytes: Number(size) };
}

const MAX_LINE = 4_000_000;

async function* linesOf(chunks: Chunks): AsyncGenerator<readonly string[]> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of chunks) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > MAX_LINE) throw new Error('has a line without an end');
    yield lines;
  }
  if (rest !== '') yield [rest];
}
