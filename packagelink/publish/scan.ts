// Walks a package tree. In: a directory. Out: every path with its metadata, sorted. Never: follows links, writes.
import { closeSync, constants, lstatSync, openSync, readdirSync, readlinkSync } from 'node:fs';
import type { BigIntStats } from 'node:fs';
import { isUtf8 } from 'node:buffer';
import { join } from 'node:path';
import { FaultsError, UserError } from '../../lib/errors.ts';
import type { Fault } from '../../lib/errors.ts';
import type { Metadata } from '../package/manifest.ts';
import { hasHoles } from '../native/holes.ts';
import { specialOf } from '../native/device-nodes.ts';
import { timeOf } from '../native/times.ts';
import { comparePaths, isPackagePath } from '../package/package-path.ts';
import { pathOnTarget } from '../package/preprocess.ts';
import { readXattrs } from '../filesystem/xattrs.ts';
import { TreeChangedError, readOf } from './tree-changed.ts';

type Scanned = Metadata & { readonly path: string };
export type ScannedFile = Scanned & {
  readonly type: 'file';
  readonly sizeBytes: number;
  readonly sparse?: true;
  /** A template: its path on a target. */
  readonly becomes?: string;
};
type ScannedDirectory = Scanned & { readonly type: 'directory' };
type ScannedSymlink = Scanned & { readonly type: 'symlink'; readonly target: string };
type ScannedSpecial = Scanned & { readonly type: 'special'; readonly node: string };
/** `target` is the first name of the same file in the order of the scan. */
type ScannedHardlink = Scanned & { readonly type: 'hardlink'; readonly target: string };
export type ScannedEntry = ScannedFile | ScannedDirectory | ScannedSymlink | ScannedSpecial | ScannedHardlink;

type ScanOptions = {
  readonly tree: string;
  /** Whether the extended attributes of the tree are the package's. */
  readonly withXattrs: boolean;
  /** Which FIFOs and device nodes the package may hold. */
  readonly isSpecialAllowed: (path: string) => boolean;
  /** Leaves out device nodes, FIFOs and sockets below `dev/`, which the running system makes by itself. */
  readonly dropDeviceNodes: boolean;
  /** Paths that are not part of the package. */
  readonly skip: ReadonlySet<string>;
  /** The end of the names of templates. */
  readonly suffix: string;
  /** Paths of files that are no templates, whatever their names are. */
  readonly verbatim?: ReadonlySet<string>;
  /** Told of paths that were there a moment ago, which are left out then; without it, they end the scan. */
  readonly onVanished?: ((path: string) => void) | undefined;
};

type Found = { readonly path: string; readonly stat: BigIntStats };

/** What a scan shares among its paths. */
type Scan = {
  readonly options: ScanOptions;
  readonly faults: Fault[];
  /** The first name of each file that has several, by device and inode. */
  readonly firstNames: Map<string, string>;
  /** Attributes that are not the files' own, with the paths that have them. */
  readonly leftOut: Map<string, string[]>;
};

export type ScannedTree = {
  readonly entries: ScannedEntry[];
  /** What the tree has and the package will not: `security.selinux of 120 paths, such as etc/motd`. */
  readonly leftOut: readonly string[];
};

/**
 * Every path below a directory, parents first.
 * @throws FaultsError with all paths that no package can hold: sockets, names that are not UTF-8, and FIFOs and
 * devices that are not allowed.
 */
export function scanTree(options: ScanOptions): ScannedTree {
  const faults: Fault[] = [];
  const found: Found[] = [];
  if (!lstatSync(options.tree, { throwIfNoEntry: false })?.isDirectory()) {
    throw new UserError(`scanning ${options.tree}: not a directory`, { exitCode: 2 });
  }
  walk('', options, found, faults);
  found.sort(comparePaths);
  const scan: Scan = { options, faults, firstNames: new Map(), leftOut: new Map() };
  const entries = found.flatMap((one) => describeEntry(one, scan) ?? []);
  if (faults.length > 0) throw new FaultsError(`scanning ${options.tree}`, faults);
  return { entries, leftOut: describeLeftOut(scan.leftOut) };
}

function walk(dir: string, options: ScanOptions, found: Found[], faults: Fault[]): void {
  const names = listNames(dir, options);
  // Its own entry was the last one.
  if (names === undefined) found.pop();
  for (const bytes of names ?? []) {
    const name = bytes.toString('utf8');
    const path = dir === '' ? name : `${dir}/${name}`;
    if (!isUtf8(bytes)) {
      faults.push(fault(path, `the name is not UTF-8 (bytes ${bytes.toString('hex')})`));
      continue;
    }
    if (options.skip.has(path)) continue;
    if (!isPackagePath(path)) {
      faults.push(fault(path, 'the path is too long'));
      continue;
    }
    const stat = unlessVanished(options, () =>
      readOf(path, () => lstatSync(join(options.tree, path), { bigint: true })),
    );
    if (stat === undefined) continue;
    found.push({ path, stat });
    if (stat.isDirectory()) walk(path, options, found, faults);
  }
}

/** Undefined for a directory that is gone. */
function listNames(dir: string, options: ScanOptions): Buffer[] | undefined {
  const list = () => readdirSync(join(options.tree, dir), { encoding: 'buffer' });
  return unlessVanished(options, () => readOf(dir, list));
}

function unlessVanished<T>({ onVanished }: ScanOptions, read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    // Without its root there is no package; nothing says that it is to be empty.
    if (onVanished === undefined || !(error instanceof TreeChangedError) || error.path === '') throw error;
    onVanished(error.path);
    return undefined;
  }
}

function describeEntry({ path, stat }: Found, scan: Scan): ScannedEntry | undefined {
  const { options, faults, firstNames } = scan;
  if (options.dropDeviceNodes && path.startsWith('dev/') && isOther(stat)) return undefined;
  const entry = { path, ...statMetadata(stat), ...xattrsOf(path, scan) };
  if (stat.isDirectory()) return { ...entry, type: 'directory' };
  if (stat.isSymbolicLink()) return describeSymlink(entry, options.tree, faults);
  const node = stat.isFile() ? undefined : specialOf(stat);
  if (!stat.isFile() && node === undefined) {
    faults.push(fault(path, 'is a socket; no package can hold one'));
    return undefined;
  }
  // A template's installed names differ, even where one file has several.
  const installed = options.verbatim?.has(path) === true ? path : pathOnTarget(path, options.suffix);
  const target = installed === path ? otherName(path, stat, firstNames) : undefined;
  if (node !== undefined) return describeSpecial({ ...entry, type: 'special', node }, target, scan);
  if (target !== undefined) return { ...entry, type: 'hardlink', target };
  const template = installed === path ? {} : { becomes: installed };
  return { ...entry, type: 'file', sizeBytes: Number(stat.size), ...sparseness(path, stat, options.tree), ...template };
}

function isOther(stat: BigIntStats): boolean {
  return !(stat.isDirectory() || stat.isSymbolicLink() || stat.isFile());
}

function otherName(path: string, stat: BigIntStats, firstNames: Map<string, string>): string | undefined {
  const key = `${stat.dev}:${stat.ino}`;
  const first = firstNames.get(key);
  if (first === undefined && stat.nlink > 1n) firstNames.set(key, path);
  return first;
}

function describeSpecial(entry: ScannedSpecial, firstName: string | undefined, scan: Scan): ScannedSpecial | undefined {
  const kind = describeNode(entry.node);
  if (firstName !== undefined) {
    scan.faults.push(fault(entry.path, `is ${kind} and another name of ${firstName}; only files can have several`));
  } else if (scan.options.isSpecialAllowed(entry.path)) return entry;
  else {
    const allowed = fault(entry.path, `is ${kind}; packages hold files, directories and links`);
    scan.faults.push({ ...allowed, suggestion: 'if it belongs to the package, name it under special:' });
  }
  return undefined;
}

function describeNode(node: string): string {
  const [kind, numbers] = node.split(' ');
  return kind === 'fifo' ? 'a FIFO' : `a ${kind === 'char' ? 'character' : 'block'} device (${numbers})`;
}

function xattrsOf(path: string, { options, leftOut }: Scan): Pick<Metadata, 'xattrs'> {
  if (!options.withXattrs) return {};
  const { xattrs, others } = readOf(path, () => readXattrs(join(options.tree, path)));
  for (const name of others) leftOut.set(name, [...(leftOut.get(name) ?? []), path]);
  return xattrs === undefined ? {} : { xattrs };
}

function describeLeftOut(leftOut: ReadonlyMap<string, readonly string[]>): string[] {
  return [...leftOut]
    .map(([name, paths]) => `${name} of ${paths.length} ${paths.length === 1 ? 'path' : 'paths'}, such as ${paths[0]}`)
    .toSorted();
}

// Only where fewer blocks are taken than the size needs is it worth a look.
function sparseness(path: string, stat: BigIntStats, tree: string): { sparse?: true } {
  if (stat.blocks * 512n >= stat.size) return {};
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const fd = readOf(path, () => openSync(join(tree, path), flags));
  try {
    return hasHoles(fd, Number(stat.size)) ? { sparse: true } : {};
  } finally {
    closeSync(fd);
  }
}

function describeSymlink(entry: Scanned, tree: string, faults: Fault[]): ScannedSymlink | undefined {
  const target = readOf(entry.path, () => readlinkSync(join(tree, entry.path), { encoding: 'buffer' }));
  if (isUtf8(target)) return { ...entry, type: 'symlink', target: target.toString('utf8') };
  faults.push(fault(entry.path, `the target of the symbolic link is not UTF-8 (bytes ${target.toString('hex')})`));
  return undefined;
}

/** Owner, mode and time as a manifest has them. */
export function statMetadata(stat: BigIntStats): Omit<Metadata, 'xattrs'> {
  const { seconds, nanoseconds } = timeOf(stat.mtimeNs);
  return {
    mode: Number(stat.mode) & 0o7777,
    uid: Number(stat.uid),
    gid: Number(stat.gid),
    mtimeSeconds: seconds,
    mtimeNanoseconds: nanoseconds,
  };
}

function fault(where: string, message: string): Fault {
  return { severity: 'error', where, message };
}
