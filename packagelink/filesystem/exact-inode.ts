// Inode numbers of 64 bits, as mergerfs, CephFS and some NFS servers have them. In: what an lstat said. Out: the exact
// number. Never: a second call where the first one has it.
import { fstatSync, lstatSync } from 'node:fs';
import type { Stats } from 'node:fs';
import { inodeOf } from '../tree/path-stat.ts';
import type { Inode } from '../tree/path-stat.ts';

/** The inode number of a path, or of a descriptor, of which `stat` has been read. No link is followed. */
export function exactInode(place: string | number, { ino }: Pick<Stats, 'ino'>): Inode {
  if (Number.isSafeInteger(ino)) return ino;
  const again = typeof place === 'number' ? fstatSync(place, { bigint: true }) : lstatSync(place, { bigint: true });
  return inodeOf(again.ino);
}
