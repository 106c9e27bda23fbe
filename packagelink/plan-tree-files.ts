// What a package that is a local directory wants besides bytes, owner and mode. In: one wanted path, what is there.
// Out: a difference. Never: I/O.
import { isSameFatTime } from './fat-targets.ts';
import type { Observed } from './observed.ts';
import type { TreeEntry, WantedHardlink } from './tree.ts';

/** Linked to its source, or a copy of it: with the same bytes one is as good as the other only until they change. */
export function judgeSourceLink(entry: TreeEntry, now: Observed): string | undefined {
  if (entry.type !== 'file' || entry.content.kind !== 'tree') return undefined;
  const { linkTo, apartFrom } = entry.content;
  if (linkTo !== undefined && linkTo.inode !== now.inode) return 'should be a hard link of its source';
  return apartFrom === now.inode ? 'should be a copy of its source' : undefined;
}

// What lstat gives as milliseconds keeps a quarter of a microsecond.
const TIME_TOLERANCE_MS = 0.002;

/** Whether a time that a package states is not the one found. */
export function isAnotherTime(entry: Exclude<TreeEntry, WantedHardlink>, now: Observed): boolean {
  if (
    entry.type === 'directory' ||
    entry.type === 'special' ||
    entry.timed !== true ||
    entry.mtimeSeconds === undefined
  )
    return false;
  if (entry.onFat === true) return !isSameFatTime(entry.mtimeSeconds * 1000, now.mtimeMs);
  const wantedMs = entry.mtimeSeconds * 1000 + (entry.mtimeNanoseconds ?? 0) / 1e6;
  return Math.abs(now.mtimeMs - wantedMs) > TIME_TOLERANCE_MS;
}
