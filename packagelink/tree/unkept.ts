// Owner, mode and time that a file system does not keep as they were set: ext3 has whole seconds, FUSE and NFS often one
// owner. In: what is wanted, what lstat says after it was set. Out: what was asked, to be compared by later runs, which would
// ask for it every night. Never: I/O.
import type { InstalledPath } from './installed-path.ts';
import type { PathStat } from './path-stat.ts';
import type { TreeEntry, WantedHardlink } from './tree.ts';

type Wanted = Exclude<TreeEntry, WantedHardlink>;
type Kept = Pick<PathStat, 'mode' | 'uid' | 'gid' | 'mtimeMs'>;

// What lstat gives as milliseconds keeps a quarter of a microsecond.
const TIME_TOLERANCE_MS = 0.002;

/** Owner, mode and stated time of an entry, as text. */
function askedOf(entry: Wanted): string {
  const time = statedMs(entry);
  return JSON.stringify([entry.mode, entry.uid, entry.gid, ...(time === undefined ? [] : [time])]);
}

/** What was asked, if it is not what was kept. */
export function unkeptOf(entry: Wanted, kept: Kept): string | undefined {
  if (entry.onFat === true) return undefined;
  return isOtherMode(entry, kept) || isOtherOwner(entry, kept) || isOtherTime(entry, kept) ? askedOf(entry) : undefined;
}

/** Whether the same was asked before, and all is as it was kept then: asking again changes nothing. */
export function isAskedBefore(entry: Wanted, now: Kept, row: InstalledPath | undefined): boolean {
  if (row?.asked === undefined || row.asked !== askedOf(entry)) return false;
  const isSameTime = statedMs(entry) === undefined || now.mtimeMs === row.mtimeMs;
  return now.mode === row.mode && now.uid === row.uid && now.gid === row.gid && isSameTime;
}

/** A link has no mode. */
export function isOtherMode(entry: Wanted, { mode }: Pick<Kept, 'mode'>): boolean {
  return entry.type !== 'symlink' && mode !== entry.mode;
}

export function isOtherOwner(entry: Wanted, { uid, gid }: Pick<Kept, 'uid' | 'gid'>): boolean {
  return uid !== entry.uid || gid !== entry.gid;
}

/** Whether a time that a package states is not the one found. */
export function isOtherTime(entry: Wanted, { mtimeMs }: Pick<Kept, 'mtimeMs'>): boolean {
  const wantedMs = statedMs(entry);
  return wantedMs !== undefined && Math.abs(mtimeMs - wantedMs) > TIME_TOLERANCE_MS;
}

function statedMs(entry: Wanted): number | undefined {
  if (entry.type === 'directory' || entry.type === 'special' || entry.timed !== true) return undefined;
  const { mtimeSeconds, mtimeNanoseconds = 0 } = entry;
  return mtimeSeconds === undefined ? undefined : mtimeSeconds * 1000 + mtimeNanoseconds / 1e6;
}

/** One sentence about rows whose owner or mode is another than their package says; times go without. */
export function describeUnkept(rows: readonly InstalledPath[]): string[] {
  const lossy = rows.filter(({ asked, mode, uid, gid, type }) => {
    const [wantedMode, wantedUid, wantedGid] = JSON.parse(asked ?? '[]') as number[];
    if (wantedMode === undefined) return false;
    return (type !== 'symlink' && mode !== wantedMode) || uid !== wantedUid || gid !== wantedGid;
  });
  const [first, ...others] = lossy;
  if (first === undefined) return [];
  const more = others.length === 0 ? '' : ` and of ${others.length} more`;
  const found = `mode ${first.mode.toString(8).padStart(4, '0')}, owner ${first.uid}:${first.gid}`;
  return [`the file system does not keep owner or mode of ${first.path}${more} as packages say: it has ${found}`];
}
