// Which members become paths of a package. In: members as an archive has them, one after the other. Out: what each
// becomes, or why the archive is refused. Never: I/O; lets a path occur twice, or below anything but a directory.
import { isUtf8 } from 'node:buffer';
import { formatBytes } from '../../lib/bytes.ts';
import { UserError } from '../../lib/errors.ts';
import type { Fault } from '../../lib/errors.ts';
import { parentOf } from '../../packagelink/package/package-path.ts';
import type { FileTime } from '../../packagelink/native/times.ts';
import { SIZE_FACTOR, beyond, describeDiskLimit } from './limits.ts';
import type { ImportLimits } from './limits.ts';
import { modeOfAcl } from './acl.ts';
import { readMemberAttributes } from './member-attributes.ts';
import type { MemberAttributes } from './member-attributes.ts';
import { parseMemberPath } from './member-path.ts';
import { showName } from './show-name.ts';
import type { Extent, TarMember } from './tar/member.ts';

/** A path of the package; `target` of a hard link is another path, that of a symbolic link any text. */
export type PlannedMember = MemberAttributes & {
  readonly path: string;
  readonly type: 'file' | 'directory' | 'symlink' | 'hardlink';
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Empty when the archive gives none. */
  readonly user: string;
  readonly group: string;
  readonly time: FileTime;
  readonly target: string;
  readonly sizeBytes: number;
  readonly extents: readonly Extent[];
  readonly isSparse: boolean;
};

export type MemberPlanner = {
  /** What is to be made; undefined for the root itself, and for what is refused. @throws UserError beyond a limit */
  readonly add: (member: TarMember) => PlannedMember | undefined;
  readonly faults: readonly Fault[];
  /** By path, in the order of the archive. */
  readonly members: ReadonlyMap<string, PlannedMember>;
};

type State = {
  readonly what: string;
  readonly members: Map<string, PlannedMember>;
  /** Directories in which something lies. */
  readonly filled: Set<string>;
  readonly faults: Fault[];
  readonly used: { paths: number; textBytes: number; diskBytes: number; sizeBytes: number };
};

/** More would only fill a terminal. */
const MAX_FAULTS = 200;
/** What a file or directory takes at least. */
const PATH_BYTES = 4096;
const LONGEST_TARGET_BYTES = 4095;

/** Judges the members of one archive; `what` names it in errors. */
export function createMemberPlanner(what: string, limits: ImportLimits): MemberPlanner {
  const used = { paths: 0, textBytes: 0, diskBytes: 0, sizeBytes: 0 };
  const state: State = { what, members: new Map(), filled: new Set(), faults: [], used };
  const add = (member: TarMember): PlannedMember | undefined => {
    count(member, state);
    const planned = plan(member, state);
    checkLimits(state, limits);
    if (planned === undefined) return undefined;
    if (!('fault' in planned)) {
      state.members.set(planned.path, planned);
      return planned;
    }
    state.faults.push({ severity: 'error', where: showName(planned.shown), message: planned.fault });
    if (state.faults.length < MAX_FAULTS) return undefined;
    throw new UserError(`importing ${what}: more than ${MAX_FAULTS} members are refused; nothing was changed`, {
      exitCode: 2,
    });
  };
  return { add, faults: state.faults, members: state.members };
}

type Refused = { readonly shown: string; readonly fault: string };

function plan(member: TarMember, state: State): PlannedMember | Refused | undefined {
  const place = parseMemberPath(member.path);
  if ('fault' in place) return place;
  const { path } = place;
  const refuse = (fault: string): Refused => ({ shown: path, fault });
  if (path === '')
    return member.type === 'directory' ? undefined : { shown: "'.'", fault: 'is the root, but not a directory' };
  if (member.type === 'other') return refuse('is a device, a FIFO or of another kind that is not imported');
  const fault = placeFault(path, member.type, state) ?? addParents(path, state);
  if (fault !== undefined) return typeof fault === 'string' ? refuse(fault) : fault;
  if (member.type === 'hardlink') return planHardLink(path, member, state);
  const target = member.type === 'symlink' ? symlinkTarget(member.target) : { target: '' };
  if ('fault' in target) return refuse(target.fault);
  const attributes = readMemberAttributes(member);
  if ('fault' in attributes) return refuse(attributes.fault);
  const { type, uid, gid, user, group, time, sizeBytes, extents, isSparse } = member;
  const mode = attributes.acl === undefined ? member.mode : (member.mode & 0o7000) | modeOfAcl(attributes.acl);
  return { path, type, mode, uid, gid, user, group, time, sizeBytes, extents, isSparse, ...target, ...attributes };
}

/** The last of several members for one directory counts, as for tar. */
function placeFault(path: string, type: TarMember['type'], { members, filled }: State): string | Refused | undefined {
  const other = members.get(path);
  if (other !== undefined && !(other.type === 'directory' && type === 'directory')) return 'occurs twice';
  if (!filled.has(path) || type === 'directory') return undefined;
  const below = [...members.keys()].find((name) => name.startsWith(`${path}/`)) ?? `${path}/…`;
  return { shown: below, fault: `lies below ${showName(path)}, a ${type}` };
}

function addParents(path: string, state: State): string | undefined {
  for (let parent = parentOf(path); parent !== undefined; parent = parentOf(parent)) {
    const type = state.members.get(parent)?.type;
    if (type !== undefined && type !== 'directory') return `lies below ${showName(parent)}, a ${type}`;
    if (state.filled.has(parent)) return undefined;
    state.filled.add(parent);
    if (type === 'directory') continue;
    state.used.paths += 1;
    state.used.diskBytes += PATH_BYTES;
  }
  return undefined;
}

function symlinkTarget(target: Buffer): { readonly target: string } | { readonly fault: string } {
  if (!isUtf8(target) || target.includes(0)) return { fault: 'its target is not UTF-8, or holds a NUL' };
  const isLong = target.length === 0 || target.length > LONGEST_TARGET_BYTES;
  return isLong ? { fault: 'its target is empty, or longer than 4,095 bytes' } : { target: target.toString('utf8') };
}

/** A hard link shares all with the file that it is a name of, whatever its own header says. */
function planHardLink(path: string, member: TarMember, { members }: State): PlannedMember | Refused {
  const place = parseMemberPath(member.target);
  const first = 'path' in place ? members.get(place.path) : undefined;
  if (first === undefined || first.type === 'directory') {
    const shown = showName(member.target.toString('utf8'));
    return { shown: path, fault: `is a hard link to ${shown}, which is not a file before it in the archive` };
  }
  // Packages hold no second names of symbolic links; another link of the same text is as good.
  if (first.type === 'symlink') return { ...first, path };
  const target = first.type === 'hardlink' ? first.target : first.path;
  return { ...first, path, type: 'hardlink', target, sizeBytes: 0, extents: [], dropped: [] };
}

function count(member: TarMember, { used }: State): void {
  used.paths += 1;
  used.textBytes += member.path.length + member.target.length;
  for (const { key, value } of member.records) if (/^(?:SCHILY|LIBARCHIVE)/.test(key)) used.textBytes += value.length;
  used.diskBytes += PATH_BYTES + member.extents.reduce((sum, { length }) => sum + length, 0);
  used.sizeBytes += member.sizeBytes;
}

function checkLimits({ what, used }: State, limits: ImportLimits): void {
  const mostBytes = limits.diskBytes * SIZE_FACTOR;
  if (used.paths > limits.paths) throw beyond(what, `it holds more than ${limits.paths} paths`);
  if (used.textBytes > limits.textBytes) throw beyond(what, 'its names and attributes are too many to hold in memory');
  if (used.diskBytes > limits.diskBytes)
    throw beyond(what, `its files take more than ${describeDiskLimit(limits)} on disk`);
  if (used.sizeBytes > mostBytes)
    throw beyond(what, `its files, with their holes, are larger than ${formatBytes(mostBytes)}`);
}
