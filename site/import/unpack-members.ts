// From planned members to a directory of ours. In: an archive, an empty directory. Out: files, directories and links in
// it. Never: follows a link; overwrites anything; sets owners or set-id bits, which are in the settings.
import { chmodSync, closeSync, constants, fchmodSync, ftruncateSync, linkSync, mkdirSync, openSync } from 'node:fs';
import { symlinkSync, writeSync } from 'node:fs';
import type { ConfinedDirectories } from '../../packagelink/filesystem/confined-directory.ts';
import { removeAttribute, setAttribute } from '../../packagelink/native/extended-attributes.ts';
import { setTime } from '../../packagelink/native/times.ts';
import { parentOf } from '../../packagelink/package/package-path.ts';
import { encodeAcl, modeWithoutAcl } from './acl.ts';
import type { Acl } from './acl.ts';
import type { ByteSource } from './byte-source.ts';
import type { PlannedMember } from './plan-members.ts';
import { usualMode } from './usual-mode.ts';

export type Unpacking = {
  readonly source: ByteSource;
  readonly tree: ConfinedDirectories;
  /** Directories that are there. */
  readonly made: Set<string>;
  /** Gives other work a turn. @throws UserError when the time is over */
  readonly pause: () => Promise<void>;
};

/** Makes one path and its parents; returns it as it has become: without an ACL that could not be set. */
export async function unpackMember(member: PlannedMember, unpacking: Unpacking): Promise<PlannedMember> {
  const { path, type, target, time } = member;
  const { tree } = unpacking;
  makeDirectory(parentOf(path), unpacking);
  if (type === 'directory') makeDirectory(path, unpacking);
  else if (type === 'hardlink') linkFile(tree, target, path);
  else if (type === 'file') return await unpackFile(member, unpacking);
  else {
    symlinkSync(target, tree.at(path));
    setTime(tree.at(path), time);
  }
  tree.trim();
  return member;
}

/** The root of the tree: 0755, and without what the site's own default ACL would give to everything below it. */
export function makeTree(dir: string): void {
  mkdirSync(dir);
  const fd = openSync(dir, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  try {
    for (const kind of ['access', 'default']) removeAttribute(fd, Buffer.from(`system.posix_acl_${kind}`));
    fchmodSync(fd, 0o755);
  } finally {
    closeSync(fd);
  }
}

/** ACLs and times of directories, which what is made in them would change. The deepest come first. */
export function settleDirectories(
  members: readonly PlannedMember[],
  tree: ConfinedDirectories,
): Map<string, PlannedMember> {
  const directories = members.filter(({ type }) => type === 'directory');
  const settled = new Map<string, PlannedMember>();
  for (const member of directories.toSorted((left, right) => (left.path < right.path ? 1 : -1))) {
    const fd = openSync(tree.at(member.path), constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
    try {
      settled.set(member.path, setAcls(fd, member));
      setTime(fd, member.time);
    } finally {
      closeSync(fd);
    }
    tree.trim();
  }
  return settled;
}

function makeDirectory(path: string | undefined, unpacking: Unpacking): void {
  const { tree, made } = unpacking;
  if (path === undefined || made.has(path)) return;
  makeDirectory(parentOf(path), unpacking);
  mkdirSync(tree.at(path));
  chmodSync(tree.at(path), 0o755);
  made.add(path);
}

// Both paths are of open directories; opening the second must not close the first.
function linkFile(tree: ConfinedDirectories, target: string, path: string): void {
  tree.at(path);
  linkSync(tree.at(target), tree.at(path));
}

const NEW_FILE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

async function unpackFile(member: PlannedMember, unpacking: Unpacking): Promise<PlannedMember> {
  const { tree } = unpacking;
  const fd = openSync(tree.at(member.path), NEW_FILE, 0o600);
  try {
    await writeExtents(fd, member, unpacking);
    // What is not written is a hole.
    ftruncateSync(fd, member.sizeBytes);
    fchmodSync(fd, usualMode(member));
    const settled = setAcls(fd, member);
    setTime(fd, member.time);
    return settled;
  } finally {
    closeSync(fd);
    tree.trim();
  }
}

const PIECE_BYTES = 256 * 1024;

async function writeExtents(fd: number, { extents }: PlannedMember, { source, pause }: Unpacking): Promise<void> {
  for (const { offset, length, position } of extents) {
    for (let done = 0; done < length; done += PIECE_BYTES) {
      const bytes = source.read(position + done, Math.min(PIECE_BYTES, length - done));
      for (let written = 0; written < bytes.length;) {
        written += writeSync(fd, bytes, written, bytes.length - written, offset + done + written);
      }
      await pause();
    }
  }
}

/** ACLs that cannot be set are left behind, each with its reason. */
function setAcls(fd: number, member: PlannedMember): PlannedMember {
  const { acl, defaultAcl, ...rest } = member;
  const fault = acl === undefined ? undefined : setAcl(fd, 'system.posix_acl_access', acl);
  const defaultFault = defaultAcl === undefined ? undefined : setAcl(fd, 'system.posix_acl_default', defaultAcl);
  const isLost = acl !== undefined && fault !== undefined;
  return {
    ...rest,
    mode: isLost ? (member.mode & 0o7000) | modeWithoutAcl(acl) : member.mode,
    ...(acl === undefined || isLost ? {} : { acl }),
    ...(defaultAcl === undefined || defaultFault !== undefined ? {} : { defaultAcl }),
    dropped: [...member.dropped, ...new Set([fault, defaultFault].filter((one) => one !== undefined))],
  };
}

/** What is wrong with it, if anything. */
function setAcl(fd: number, name: string, acl: Acl): string | undefined {
  const value = encodeAcl(acl);
  if (value === undefined) return 'an ACL with names instead of numbers (tar --xattrs --xattrs-include=* writes both)';
  try {
    setAttribute(fd, Buffer.from(name), value);
    return undefined;
  } catch (error) {
    // The file system has none (ENOTSUP), or the kernel does not know such numbers here (EINVAL).
    if (!['ENOTSUP', 'EINVAL'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    return 'an ACL that the file system of the site does not take';
  }
}
