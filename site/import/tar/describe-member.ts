// From a header, and what extended headers add to it, to a member. In: those, and the archive for maps of sparse files.
// Out: the member, and the place of the next header. Never: judges names.
import { BLOCK_BYTES } from './header.ts';
import type { TarHeader } from './header.ts';
import type { Extent, TarMember } from './member.ts';
import { parsePaxNumber, parsePaxTime } from './pax-records.ts';
import type { PaxRecord } from './pax-records.ts';
import { damaged, padded } from './place.ts';
import type { MemberPosition } from './place.ts';
import { hasPaxMap, readSparse } from './read-sparse.ts';

type Parts = MemberPosition & {
  /** Later ones win. */
  readonly records: readonly PaxRecord[];
  readonly longName?: Buffer;
  readonly longLink?: Buffer;
};

const TYPES: Readonly<Record<string, TarMember['type']>> = {
  '0': 'file',
  '7': 'file',
  S: 'file',
  '1': 'hardlink',
  '2': 'symlink',
  '5': 'directory',
};

/** The member, unless it is the label of a volume, which says nothing of files; and where the next one begins. */
export function describeMember(parts: Parts): { readonly member: TarMember | undefined; readonly endPosition: number } {
  const { source, position, header, records } = parts;
  const storedBytes = storedSize(parts);
  const path = nameOf(parts, { long: parts.longName, key: 'path', field: header.name });
  const type = typeOf(header, path);
  if (type !== 'file' && type !== 'other' && storedBytes > 0) {
    throw damaged(
      source,
      position,
      `a ${type} has ${storedBytes} bytes of its own; what they are, readers of tar do not agree on`,
    );
  }
  if (type !== 'file' && hasPaxMap(records)) throw damaged(source, position, `a ${type} has the map of a sparse file`);
  const sparse = type === 'file' ? readSparse(parts, storedBytes) : undefined;
  const start = sparse?.start ?? position + BLOCK_BYTES;
  // What a member of another type has is passed over: it is refused all the same.
  const endPosition = sparse?.endPosition ?? start + padded(storedBytes);
  if (endPosition > source.sizeBytes)
    throw damaged(source, position, `the archive is cut off: a member of ${storedBytes} bytes begins here`);
  if (header.typeflag === 'V') return { member: undefined, endPosition };
  const whole: Extent[] = storedBytes === 0 ? [] : [{ offset: 0, length: storedBytes, position: start }];
  const member: TarMember = {
    path: sparse?.path ?? path,
    type,
    mode: header.mode,
    ...ownerOf(parts),
    time: timeOf(parts),
    target: nameOf(parts, { long: parts.longLink, key: 'linkpath', field: header.linkName }),
    sizeBytes: sparse?.sizeBytes ?? storedBytes,
    extents: sparse?.extents ?? whole,
    isSparse: sparse !== undefined,
    records,
  };
  return { member, endPosition };
}

/** In the oldest archives, a file whose name ends in a slash is a directory. */
function typeOf({ typeflag }: TarHeader, path: Buffer): TarMember['type'] {
  const type = TYPES[typeflag] ?? 'other';
  return type === 'file' && typeflag !== 'S' && path.at(-1) === 0x2f ? 'directory' : type;
}

const LARGEST_IN_HEADER = 0o77777777777;

function storedSize({ source, position, header, records }: Parts): number {
  const record = valueOf(records, 'size');
  // Programs of the seventies gave hard links the size of their file; no reader looks for bytes there.
  if (record === undefined) return header.typeflag === '1' ? 0 : header.sizeBytes;
  const size = parsePaxNumber(record.toString('latin1'));
  if (size === undefined) throw damaged(source, position, 'the size of a member is not a valid number');
  // A header that says another size would hide members from whoever goes by it.
  if (![0, size, LARGEST_IN_HEADER].includes(header.sizeBytes)) {
    throw damaged(source, position, `a member has two sizes: ${header.sizeBytes} and ${size}`);
  }
  return size;
}

function nameOf(parts: Parts, { long, key, field }: { long: Buffer | undefined; key: string; field: Buffer }): Buffer {
  const record = valueOf(parts.records, key);
  if (record !== undefined && long !== undefined && !record.equals(long)) {
    throw damaged(parts.source, parts.position, 'a member has two long names');
  }
  return record ?? long ?? field;
}

function ownerOf(parts: Parts): Pick<TarMember, 'uid' | 'gid' | 'user' | 'group'> {
  const { header, records } = parts;
  return {
    uid: idOf(parts, 'uid', header.uid),
    gid: idOf(parts, 'gid', header.gid),
    user: (valueOf(records, 'uname') ?? header.user).toString('utf8'),
    group: (valueOf(records, 'gname') ?? header.group).toString('utf8'),
  };
}

const LARGEST_ID = 0xffff_fffe;

function idOf({ source, position, records }: Parts, key: 'uid' | 'gid', field: number): number {
  const record = valueOf(records, key);
  const id = record === undefined ? field : parsePaxNumber(record.toString('latin1'));
  if (id === undefined || id > LARGEST_ID)
    throw damaged(source, position, `the ${key} of a member is not a valid number`);
  return id;
}

function timeOf({ source, position, header, records }: Parts): TarMember['time'] {
  const record = valueOf(records, 'mtime');
  const time =
    record === undefined ? { seconds: header.mtimeSeconds, nanoseconds: 0 } : parsePaxTime(record.toString('latin1'));
  if (time === undefined) throw damaged(source, position, 'the time of a member is not a valid number');
  return time;
}

/** The last value of a key; an empty one takes back what was said of all members. */
function valueOf(records: readonly PaxRecord[], key: string): Buffer | undefined {
  const value = records.findLast((record) => record.key === key)?.value;
  return value === undefined || value.length === 0 ? undefined : value;
}
