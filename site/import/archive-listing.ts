// What an archive says that it holds. In: the listing of GNU tar. Out: its members, or every reason why it is refused.
// Never: I/O; unpacks anything.
import { isUtf8 } from 'node:buffer';
import { FaultsError, UserError } from '../../lib/errors.ts';
import type { Fault } from '../../lib/errors.ts';
import { isPackagePath, parentOf } from '../../packagelink/package-path.ts';
import { SETTINGS_FILE } from '../../packagelink/package-settings.ts';

/** The options by which tar lists as `parseListing` reads; names are quoted as in C. */
export const LISTING_OPTIONS = [
  '--list',
  '--verbose',
  '--verbose',
  '--quoting-style=c',
  '--numeric-owner',
  '--full-time',
  '--absolute-names',
  '--xattrs',
  '--xattrs-include=*',
] as const;

/** `target` of a hard link is the path of another member; that of a symbolic link may be anything. */
export type ArchiveMember = {
  readonly path: string;
  readonly type: 'file' | 'directory' | 'symlink' | 'hardlink';
  /** Permission bits with setuid, setgid and sticky. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly target: string | undefined;
  /** Names of its extended attributes. */
  readonly xattrs: readonly string[];
};

const QUOTED = String.raw`"((?:[^"\\]|\\.)*)"`;
const MEMBER = new RegExp(
  String.raw`^(.)([rwxsStT-]{9})[*+.]? +(\d+)/(\d+) +\d+(?:,\d+)? +\d{4,}-\d\d-\d\d [\d:.]+ ${QUOTED}(?: -> ${QUOTED}| link to ${QUOTED})?$`,
);
const XATTR = /^ {2}x: *\d+ (.+)$/;
const TYPES: Readonly<Record<string, ArchiveMember['type']>> = {
  '-': 'file',
  d: 'directory',
  l: 'symlink',
  h: 'hardlink',
};

/**
 * The members of an archive whose names stay inside it, each once, parents not checked for being there.
 * @throws FaultsError (exit code 2) with every member that is absolute, leaves the archive, would be written through a
 * link, is a device, occurs twice, or is a link to something that is not there
 */
export function parseListing(text: string, archive: string): ArchiveMember[] {
  const faults: Fault[] = [];
  const members = new Map<string, ArchiveMember>();
  let last: string[] = [];
  for (const line of text.split('\n').filter((line) => line !== '')) {
    const attribute = XATTR.exec(line)?.[1];
    if (attribute !== undefined) {
      last.push(attribute);
      continue;
    }
    // Access control lists, which follow a member's line as well, are attributes of their own.
    if (line.startsWith('  ')) continue;
    last = [];
    const member = parseMember(line, last, archive);
    if (member === undefined) continue;
    const fault = 'fault' in member ? member : clashOf(member, members);
    if (fault !== undefined) faults.push({ severity: 'error', where: fault.path, message: fault.fault });
    else if (!('fault' in member)) members.set(member.path, member);
  }
  faults.push(...findMisplaced(members));
  if (faults.length > 0) throw new FaultsError(`importing ${archive}`, faults);
  return [...members.values()];
}

type Refused = { readonly path: string; readonly fault: string };

/** Undefined for the directory that stands for the archive's root. */
function parseMember(line: string, xattrs: readonly string[], archive: string): ArchiveMember | Refused | undefined {
  const match = MEMBER.exec(line);
  if (match === null) throw new UserError(`listing ${archive}: tar printed '${line}'`, { exitCode: 2 });
  const [, letter = '', bits = '', uid, gid, name = '', linkTarget, hardTarget] = match;
  const path = cleanPath(name);
  const shown = name.replaceAll(/\/$/g, '');
  if (path === '') return undefined;
  if (path === undefined) return { path: shown, fault: 'the name is not UTF-8' };
  const type = TYPES[letter];
  if (type === undefined) return { path: shown, fault: 'is a device, a FIFO or of another kind that is not imported' };
  if (!isPackagePath(path)) return { path: shown, fault: 'the name leads out of the archive' };
  if (path === SETTINGS_FILE) return { path: shown, fault: 'is the name of the settings of a package' };
  const target = linkTarget === undefined ? hardTarget && cleanPath(hardTarget) : unquote(linkTarget);
  if (type !== 'file' && type !== 'directory' && target === undefined)
    return { path: shown, fault: 'its target is not UTF-8' };
  return { path, type, mode: parseMode(bits), uid: Number(uid), gid: Number(gid), target, xattrs };
}

function clashOf(member: ArchiveMember, members: ReadonlyMap<string, ArchiveMember>): Refused | undefined {
  const { path, type, target } = member;
  const other = members.get(path);
  if (other !== undefined && !(other.type === 'directory' && type === 'directory'))
    return { path, fault: 'occurs twice' };
  if (type !== 'hardlink') return undefined;
  const first = members.get(target ?? '');
  if (first?.type === 'file' || first?.type === 'hardlink') return undefined;
  return { path, fault: `is a hard link to ${target}, which is no file before it in the archive` };
}

/** tar would follow a link that it has made, and write wherever that leads. */
function findMisplaced(members: ReadonlyMap<string, ArchiveMember>): Fault[] {
  return [...members.keys()].flatMap((path): Fault[] => {
    for (let parent = parentOf(path); parent !== undefined; parent = parentOf(parent)) {
      const type = members.get(parent)?.type ?? 'directory';
      if (type !== 'directory') return [{ severity: 'error', where: path, message: `lies below ${parent}, a ${type}` }];
    }
    return [];
  });
}

/** Without `./` at the beginning and `/` at the end; empty for the root, undefined when it is not UTF-8. */
function cleanPath(quoted: string): string | undefined {
  return unquote(quoted)
    ?.replace(/^(?:\.\/+)+/, '')
    .replace(/\/+$/, '')
    .replace(/^\.$/, '');
}

const ESCAPES: Readonly<Record<string, string>> = { a: '\u0007', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };

function unquote(quoted: string): string | undefined {
  const bytes = Buffer.from(
    quoted.replaceAll(/\\([0-7]{3}|.)/gs, (_whole, code: string) =>
      code.length === 3 ? String.fromCharCode(Number.parseInt(code, 8)) : (ESCAPES[code] ?? code),
    ),
    'latin1',
  );
  return isUtf8(bytes) ? bytes.toString('utf8') : undefined;
}

/** `rwsr-xr-t` → 0o5755. */
function parseMode(bits: string): number {
  const special = [/[sS]/.test(bits[2] ?? ''), /[sS]/.test(bits[5] ?? ''), /[tT]/.test(bits[8] ?? '')];
  const plain = bits.replaceAll(/[-ST]/g, '0').replaceAll(/[^0]/g, '1');
  return Number.parseInt(special.map((isSet) => (isSet ? '1' : '0')).join('') + plain, 2);
}
