// Packages as directories, a target, and what find and sha256sum say of it. In: descriptions of trees. Out: directories
// that go when the test ends. Never: shipped; reads a result with code that made it.
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  linkSync,
  lutimesSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

export type Node =
  | { readonly type: 'file'; readonly text: string; readonly mode: number; readonly uid: number; readonly time: number }
  | { readonly type: 'template'; readonly text: string; readonly mode: number; readonly uid: number }
  | { readonly type: 'symlink'; readonly target: string; readonly time: number }
  | { readonly type: 'directory'; readonly mode: number; readonly uid: number }
  /** Another name of the first file of the tree, if there is one. */
  | { readonly type: 'hardlink' };

/** Path → what is there; parents that are not given are 0755. */
export type Description = Readonly<Record<string, Node>>;

/** Lends a directory. The file system of the default has memory only, so that syncing costs nothing. */
export async function withDirectory<T>(work: (dir: string) => Promise<T>, parent = '/dev/shm'): Promise<T> {
  const dir = mkdtempSync(join(parent, 'packagelink-link-'));
  try {
    return await work(dir);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** Makes a tree. Of a path that is described as a leaf and as a directory, the leaf gives way. */
export function makeTree(root: string, description: Description): void {
  mkdirSync(root, { recursive: true });
  const paths = Object.keys(description).toSorted();
  const isParent = (path: string) => paths.some((other) => other.startsWith(`${path}/`));
  let firstFile: string | undefined;
  for (const path of paths) {
    const node = description[path] as Node;
    if (node.type !== 'directory' && isParent(path)) continue;
    const place = join(root, path);
    mkdirSync(dirname(place), { recursive: true });
    if (node.type === 'hardlink') {
      if (firstFile !== undefined) linkSync(firstFile, place);
      continue;
    }
    makeNode(place, node);
    if (node.type === 'file') firstFile ??= place;
  }
}

function makeNode(place: string, node: Exclude<Node, { type: 'hardlink' }>): void {
  if (node.type === 'directory') {
    mkdirSync(place, { recursive: true });
    chownSync(place, node.uid, node.uid);
    chmodSync(place, node.mode);
    return;
  }
  if (node.type === 'symlink') {
    symlinkSync(node.target, place);
    lutimesSync(place, node.time, node.time);
    return;
  }
  const path = node.type === 'template' ? `${place}.plprocess` : place;
  writeFileSync(path, node.text);
  chownSync(path, node.uid, node.uid);
  chmodSync(path, node.mode);
  if (node.type === 'file') lutimesSync(path, node.time, node.time);
}

/**
 * Every path of a directory but those of its state: type, mode, owner, target, time, bytes, and which names are one file.
 * `timeless` paths, such as what templates became, and directories come without their times.
 */
export function walk(root: string, timeless: (path: string) => boolean = () => false): string[] {
  const format = '%P\\t%y\\t%m\\t%U:%G\\t%l\\t%T@\\t%i\\n';
  const listed = execFileSync('find', [
    root,
    '-mindepth',
    '1',
    '-path',
    `${root}/.packagelink`,
    '-prune',
    '-o',
    '-printf',
    format,
  ]);
  const rows = listed
    .toString()
    .trimEnd()
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('.packagelink\t'));
  const parsed = rows.map((line) => line.split('\t')).toSorted((a, b) => ((a[0] ?? '') < (b[0] ?? '') ? -1 : 1));
  const digests = digestsBelow(root);
  const firstOfInode = new Map<string, string>();
  return parsed.map(([path = '', type = '', mode, owner, target, time, inode = '']) => {
    if (!firstOfInode.has(inode)) firstOfInode.set(inode, path);
    const shown = type === 'd' || timeless(path) ? '' : Number(time).toFixed(5);
    const content = type === 'f' ? `${digests.get(path)} = ${firstOfInode.get(inode)}` : '';
    return [path, type, type === 'l' ? '' : mode, owner, target, shown, content].join(' | ');
  });
}

function digestsBelow(root: string): Map<string, string> {
  const said = execFileSync(
    'find',
    ['.', '-path', './.packagelink', '-prune', '-o', '-type', 'f', '-exec', 'sha256sum', '{}', '+'],
    { cwd: root },
  );
  const lines = said
    .toString()
    .trimEnd()
    .split('\n')
    .filter((line) => line !== '');
  return new Map(lines.map((line) => [line.slice(68), line.slice(0, 64)]));
}
