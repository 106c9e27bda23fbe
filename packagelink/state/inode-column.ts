// Inode numbers of up to 64 bits in SQLite, whose integers have a sign. In: a number. Out: what is stored, and back. Never:
// a number that is not exact.
import { inodeOf } from '../tree/path-stat.ts';
import type { Inode } from '../tree/path-stat.ts';

/** Instead of the column's name in a SELECT: a number where that is exact, or else the digits of the signed integer. */
export const INODE_COLUMN = `CASE WHEN inode BETWEEN 0 AND ${Number.MAX_SAFE_INTEGER} THEN inode ELSE CAST(inode AS TEXT) END`;

/** What is written. */
export function asStoredInode(inode: Inode): number | bigint {
  return typeof inode === 'bigint' ? BigInt.asIntN(64, inode) : inode;
}

/** What `INODE_COLUMN` gave. */
export function fromStoredInode(stored: number | string): Inode {
  return typeof stored === 'string' ? inodeOf(BigInt.asUintN(64, BigInt(stored))) : stored;
}
