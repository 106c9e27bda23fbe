// A tar archive, member by member. In: its bytes (v7, ustar, GNU, pax; sparse files of each). Out: the members with the
// places of their bytes. Never: writes; guesses: if readers of tar disagree about what follows, it stops.
import { UserError } from '../../../lib/errors.ts';
import type { ByteSource } from '../byte-source.ts';
import { describeMember } from './describe-member.ts';
import { BLOCK_BYTES, hasChecksum, parseHeader } from './header.ts';
import type { TarMember } from './member.ts';
import { parsePaxRecords } from './pax-records.ts';
import type { PaxRecord } from './pax-records.ts';
import { damaged, padded } from './place.ts';
import type { MemberPosition } from './place.ts';

/** Names of 4,000 bytes, and attributes of 64 KiB. */
const MAX_EXTENDED_BYTES = 1024 * 1024;

/** What was said of the member that comes next. */
type Pending = { pax?: PaxRecord[]; longName?: Buffer; longLink?: Buffer };

/** All but these, in a header for all members, would be settings of somebody's for what follows. */
const GLOBAL_KEYS = new Set(['comment', 'atime', 'ctime', 'mtime', 'uid', 'gid', 'uname', 'gname']);

/**
 * The members in their order.
 * @throws UserError (exit code 2) for what is damaged or cut off, and for what readers of tar understand differently:
 * a size where there are no bytes, two names for one member, bytes behind the end
 */
export function* readMembers(source: ByteSource): Generator<TarMember> {
  let position = 0;
  let pending: Pending = {};
  let common: PaxRecord[] = [];
  if (source.sizeBytes < BLOCK_BYTES) throw noArchive(source);
  for (;;) {
    // Old programs write no mark of the end; without a checksum, an archive may as well have been cut off here.
    if (source.isWhole && position > 0 && position === source.sizeBytes) break;
    const block = source.read(position, BLOCK_BYTES);
    if (isZero(block)) break;
    const header = parseHeader(block);
    if ('fault' in header)
      throw position === 0 && !hasChecksum(block) ? noArchive(source) : damaged(source, position, header.fault);
    const place = { source, position, header };
    position += BLOCK_BYTES;
    if ('xgLK'.includes(header.typeflag)) {
      const bytes = readExtended(place);
      if (header.typeflag === 'g') common = withGlobal(common, bytes, place);
      else pending = addPending(pending, bytes, place);
      position += padded(header.sizeBytes);
      continue;
    }
    const { member, endPosition } = describeMember({
      ...place,
      records: [...common, ...(pending.pax ?? [])],
      ...pending,
    });
    position = endPosition;
    pending = {};
    if (member !== undefined) yield member;
  }
  if (Object.keys(pending).length > 0) throw damaged(source, position, 'an extended header has no member after it');
  checkEnd(source, position);
}

function noArchive({ what }: ByteSource): UserError {
  const expected = 'plain or compressed with gzip, xz, zstd, bzip2 or lz4';
  return new UserError(`importing ${what}: it is neither a tar archive (${expected}) nor a Debian package`, {
    exitCode: 2,
  });
}

function readExtended({ source, position, header }: MemberPosition): Buffer {
  if (header.sizeBytes > MAX_EXTENDED_BYTES) throw damaged(source, position, 'an extended header is larger than 1 MiB');
  return Buffer.from(source.read(position + BLOCK_BYTES, header.sizeBytes));
}

function addPending(pending: Pending, bytes: Buffer, { source, position, header }: MemberPosition): Pending {
  const key = header.typeflag === 'x' ? 'pax' : header.typeflag === 'L' ? 'longName' : 'longLink';
  if (pending[key] !== undefined)
    throw damaged(source, position, 'there are two extended headers of a kind for one member');
  if (key === 'pax') return { ...pending, pax: parseRecords(bytes, { source, position, header }) };
  const end = bytes.at(-1) === 0 ? bytes.length - 1 : bytes.length;
  return { ...pending, [key]: bytes.subarray(0, end) };
}

/** One value for each key, however many headers there are. */
function withGlobal(before: readonly PaxRecord[], bytes: Buffer, place: MemberPosition): PaxRecord[] {
  const records = parseRecords(bytes, place);
  const wrong = records.find(({ key }) => !GLOBAL_KEYS.has(key));
  if (wrong !== undefined) {
    const fault = `a header for all members sets ${JSON.stringify(wrong.key)}, which is one member's`;
    throw damaged(place.source, place.position, fault);
  }
  const said = new Map([...before, ...records].map((record) => [record.key, record]));
  said.delete('comment');
  return [...said.values()];
}

function parseRecords(bytes: Buffer, { source, position }: MemberPosition): PaxRecord[] {
  const records = parsePaxRecords(bytes);
  if (records === undefined) throw damaged(source, position, 'an extended header is damaged');
  return records;
}

const STEP_BYTES = 64 * 1024;

/** Behind the end of one archive there may be another, which some programs read and others do not. */
function checkEnd(source: ByteSource, end: number): void {
  for (let position = end; position < source.sizeBytes; position += STEP_BYTES) {
    const bytes = source.read(position, Math.min(STEP_BYTES, source.sizeBytes - position));
    if (!isZero(bytes)) throw damaged(source, position, 'there are bytes behind the end of the archive');
  }
}

const ZEROS = Buffer.alloc(STEP_BYTES);

function isZero(bytes: Buffer): boolean {
  return bytes.equals(ZEROS.subarray(0, bytes.length));
}
