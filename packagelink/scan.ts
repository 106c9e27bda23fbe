// Walks a package tree. In: a directory. Out: every path with its metadata, sorted. Never: follows links, writes.
import { lstatSync, readdirSync, readlinkSync } from 'node:fs';
import type { BigIntStats } from 'node:fs';
import { isUtf8 } from 'node:buffer';
import { join } from 'node:path';
import { FaultsError, UserError } from '../lib/errors.ts';
import type { Fault } from '../lib/errors.ts';
import type { Metadata } from './manifest.ts';
import { comparePaths, isPackagePath } from './package-path.ts';
import { installedPath } from './preprocess.ts';

type Scanned = Metadata & { readonly path: string };
export type ScannedFile = Scanned & { readonly type: 'file'; readonly sizeBytes: number };
type ScannedDirectory = Scanned & { readonly type: 'directory' };
type ScannedSymlink = Scanned & { readonly type: 'symlink'; readonly target: string };
/** `target` is the first name of the same file in the order of the scan. */
type ScannedHardlink = Scanned & { readonly type: 'hardlink'; readonly target: string };
export type ScannedEntry = ScannedFile | ScannedDirectory | ScannedSymlink | ScannedHardlink;

type ScanOptions = {
  readonly tree: string;
  /** Leaves out device nodes, FIFOs and sockets below `dev/`, which the running system makes by itself. */
  readonly dropDeviceNodes: boolean;
  /** Paths that are not part of the package. */
  readonly skip: ReadonlySet<string>;
};

type Found = { readonly path: string; readonly stat: BigIntStats };

/**
 * Every path below a directory, parents first.
 * @throws FaultsError with all paths that no package can hold: devices, FIFOs, sockets, names that are not UTF-8.
 */
export function scanTree(options: ScanOptions): ScannedEntry[] {
  const faults: Fault[] = [];
  const found: Found[] = [];
  if (!lstatSync(options.tree, { throwIfNoEntry: false })?.isDirectory()) {
    throw new UserError(`scanning ${options.tree}: not a directory`, { exitCode: 2 });
  }
  walk('', options, found, faults);
  found.sort(comparePaths);
  const firstNames = new Map<string, string>();
  const entries = found.flatMap((one) => describeEntry(one, options, firstNames, faults) ?? []);
  if (faults.length > 0) throw new FaultsError(`scanning ${options.tree}`, faults);
  return entries;
}

function walk(dir: string, options: ScanOptions, found: Found[], faults: Fault[]): void {
  for (const bytes of readdirSync(join(options.tree, dir), { encoding: 'buffer' })) {
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
    const stat = lstatSync(join(options.tree, path), { bigint: true });
    found.push({ path, stat });
    if (stat.isDirectory()) walk(path, options, found, faults);
  }
}

function describeEntry(
  { path, stat }: Found,
  options: ScanOptions,
  firstNames: Map<string, string>,
  faults: Fault[],
): ScannedEntry | undefined {
  const entry = { path, ...statMetadata(stat) };
  if (stat.isDirectory()) return { ...entry, type: 'directory' };
  if (stat.isSymbolicLink()) return describeSymlink(entry, options.tree, faults);
  if (stat.isFile()) {
    // A template's installed names differ, even where one file has several.
    if (installedPath(path) !== path) return { ...entry, type: 'file', sizeBytes: Number(stat.size) };
    const key = `${stat.dev}:${stat.ino}`;
    const target = firstNames.get(key);
    if (target !== undefined) return { ...entry, type: 'hardlink', target };
    if (stat.nlink > 1n) firstNames.set(key, path);
    return { ...entry, type: 'file', sizeBytes: Number(stat.size) };
  }
  if (!(options.dropDeviceNodes && path.startsWith('dev/'))) {
    faults.push(fault(path, `is a ${specialKind(stat)}; packages hold files, directories and links`));
  }
  return undefined;
}

function describeSymlink(entry: Scanned, tree: string, faults: Fault[]): ScannedSymlink | undefined {
  const target = readlinkSync(join(tree, entry.path), { encoding: 'buffer' });
  if (isUtf8(target)) return { ...entry, type: 'symlink', target: target.toString('utf8') };
  faults.push(fault(entry.path, `the target of the symbolic link is not UTF-8 (bytes ${target.toString('hex')})`));
  return undefined;
}

/** Owner, mode and time as a manifest has them. */
export function statMetadata(stat: BigIntStats): Omit<Metadata, 'xattrs'> {
  const seconds = stat.mtimeNs / 1_000_000_000n - (stat.mtimeNs < 0n && stat.mtimeNs % 1_000_000_000n !== 0n ? 1n : 0n);
  return {
    mode: Number(stat.mode) & 0o7777,
    uid: Number(stat.uid),
    gid: Number(stat.gid),
    mtimeSeconds: Number(seconds),
    mtimeNanoseconds: Number(stat.mtimeNs - seconds * 1_000_000_000n),
  };
}

function specialKind(stat: BigIntStats): string {
  if (stat.isFIFO()) return 'FIFO';
  if (stat.isSocket()) return 'socket';
  return stat.isBlockDevice() ? 'block device' : 'character device';
}

function fault(where: string, message: string): Fault {
  return { severity: 'error', where, message };
}
