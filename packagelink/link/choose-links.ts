// Which files of a tree become hard links of their sources. In: a merged tree, how each package is linked. Out: the same
// tree, each file of a local directory marked. Never: writes.
import { lstatSync } from 'node:fs';
import type { BigIntStats } from 'node:fs';
import { parentOf } from '../package/package-path.ts';
import { inodeOf } from '../tree/path-stat.ts';
import type { Content, MergedTree, WantedFile } from '../tree/tree.ts';
import { xattrsKey } from '../tree/tree.ts';
import { readXattrs } from '../filesystem/xattrs.ts';

type Choice = {
  readonly root: string;
  readonly tree: MergedTree;
  readonly modeOf: (owner: string) => 'copy' | 'hardlink';
};

type TreeContent = Extract<Content, { kind: 'tree' }>;

// ext4 has 65,000; the source's own name and those in the history need some of them.
const MOST_LINKS = 60_000n;

/**
 * A hard link shares owner, mode, attributes and time with its source, so a file whose package says otherwise is copied, as is one
 * on another file system. Notices count what is copied though links were asked for.
 */
export function chooseLinks({ root, tree, modeOf }: Choice): MergedTree {
  const deviceAt = deviceFinder(root);
  const copied = new Map<string, number>();
  const entries = tree.entries.map((entry) => {
    if (entry.type !== 'file' || entry.content.kind !== 'tree' || entry.content.root === undefined) return entry;
    const { content } = entry;
    const source = lookAt(`${content.root}/${content.path}`);
    const isNear = source !== undefined && source.dev === deviceAt(parentOf(entry.path) ?? '');
    if (modeOf(entry.owner) === 'copy') return isNear ? mark(entry, { apartFrom: inodeOf(source.ino) }) : entry;
    const reason =
      source === undefined
        ? 'their sources are gone'
        : isNear
          ? reasonToCopy(entry, content, source)
          : 'they are on another file system';
    if (reason === undefined && source !== undefined) return mark(entry, { linkTo: asLink(source) });
    const key = `of ${entry.owner} copied, not linked: ${reason}`;
    copied.set(key, (copied.get(key) ?? 0) + 1);
    return entry;
  });
  const notices = [...copied].map(([key, count]) => `${count} ${count === 1 ? 'file' : 'files'} ${key}`);
  return { ...tree, entries, notices: [...tree.notices, ...notices] };

  function mark(entry: WantedFile, more: Pick<TreeContent, 'linkTo' | 'apartFrom'>): WantedFile {
    return { ...entry, content: { ...(entry.content as TreeContent), ...more } };
  }
}

function asLink(source: BigIntStats): NonNullable<TreeContent['linkTo']> {
  return { inode: inodeOf(source.ino), sizeBytes: Number(source.size), mtimeNs: source.mtimeNs };
}

function reasonToCopy(entry: WantedFile, content: TreeContent, source: BigIntStats): string | undefined {
  const wantedNs = BigInt(entry.mtimeSeconds ?? 0) * 1_000_000_000n + BigInt(entry.mtimeNanoseconds ?? 0);
  if (Number(source.size) !== content.sizeBytes || source.mtimeNs !== wantedNs) return 'their sources have changed';
  const isSame =
    (Number(source.mode) & 0o7777) === entry.mode &&
    Number(source.uid) === entry.uid &&
    Number(source.gid) === entry.gid;
  if (!isSame || entry.user !== undefined || entry.group !== undefined) return 'owner or mode differ from the source';
  const { xattrs } = readXattrs(`${content.root}/${content.path}`);
  if (xattrsKey(xattrs) !== xattrsKey(entry.xattrs)) return 'attributes differ from the source';
  return source.nlink > MOST_LINKS ? 'their sources have too many links' : undefined;
}

/** The file system of a directory, or of the nearest one above it that exists. No link is followed. */
function deviceFinder(root: string): (path: string) => bigint | undefined {
  const known = new Map<string, { readonly device: bigint | undefined; readonly exists: boolean }>();
  const find = (path: string): { readonly device: bigint | undefined; readonly exists: boolean } => {
    const before = known.get(path);
    if (before !== undefined) return before;
    const above = path === '' ? undefined : find(parentOf(path) ?? '');
    const stat = above?.exists === false ? undefined : lookAt(path === '' ? root : `${root}/${path}`);
    const found =
      stat?.isDirectory() === true ? { device: stat.dev, exists: true } : { device: above?.device, exists: false };
    known.set(path, found);
    return found;
  };
  return (path) => find(path).device;
}

function lookAt(place: string): BigIntStats | undefined {
  try {
    return lstatSync(place, { throwIfNoEntry: false, bigint: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') return undefined;
    throw error;
  }
}
