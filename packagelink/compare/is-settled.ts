// Is a target still as the last run left it? In: the state database, one lstat for each of its paths. Out: yes, with
// what that run had to say, or no; also when a command is owed. Never: writes; reads a file of the target, unless contents
// are asked for; needs a manifest or a server.
import { existsSync, lstatSync, readlinkSync, realpathSync } from 'node:fs';
import { exactInode } from '../filesystem/exact-inode.ts';
import { hashFile } from '../filesystem/hash-file.ts';
import { readMountPoints } from '../filesystem/mount-points.ts';
import { readXattrs } from '../filesystem/xattrs.ts';
import { readJournal } from '../state/after-journal.ts';
import { readComparedRows } from '../state/compared-rows.ts';
import type { ComparedRow } from '../state/compared-rows.ts';
import { readLastSettled } from '../state/settled.ts';
import type { Settled } from '../state/settled.ts';
import { xattrsKey } from '../tree/tree.ts';
import { isUntouched, observedOf } from './observed.ts';
import type { Observed } from './observed.ts';

/** What is compared, and how. */
export type Comparing = {
  readonly target: string;
  readonly stateFile: string;
  /** As in the options of the run: `packages` leaves the image's paths out of the comparison. */
  readonly osmode?: 'image' | 'packages';
  readonly mounts?: readonly string[];
  /** Whether every file is read and hashed, too: a disk that has lost a bit changes nothing that lstat shows. */
  readonly contents?: boolean;
};

/**
 * What the last run said, if nothing has been touched since. Undefined is no verdict: a run looks closer, and finds
 * perhaps that all is well.
 * @param isCurrent whether the last run is the one that is meant, by its key
 */
export function readSettled(
  question: Comparing & { readonly isCurrent: (key: string) => boolean },
): Settled | undefined {
  if (!existsSync(question.stateFile) || owesCommands(question.stateFile)) return undefined;
  const settled = readLastSettled(question.stateFile);
  if (settled === undefined || !question.isCurrent(settled.key)) return undefined;
  return isAsLeft(question) ? settled : undefined;
}

/** Whether an earlier run left a command to this one, or its journal cannot be read. */
export function owesCommands(stateFile: string): boolean {
  const { journal, errors } = readJournal(stateFile);
  return journal.pending.length + errors.length > 0;
}

/** Whether every path that runs compare is as its row says. @throws UserError when the database cannot be read */
export function isAsLeft({ target, stateFile, osmode = 'image', mounts, contents = false }: Comparing): boolean {
  const root = realpathSync(target);
  const mounted = [...readMountPoints(root, mounts)];
  const isMounted = (path: string) => mounted.some((point) => path === point || path.startsWith(`${point}/`));
  for (const rows of readComparedRows(stateFile, { osmode, contents }))
    for (const row of rows)
      if (!isRowAsLeft(row, `${root}/${row.path}`, contents) && !isMounted(row.path)) return false;
  return true;
}

// What cannot be read is not as it was, either: a run looks closer, and says what is wrong.
function isRowAsLeft(row: ComparedRow, place: string, contents: boolean): boolean {
  try {
    const now = lookAt(place);
    return isUntouched(row, now) && (!contents || isContentAsLeft(row, place));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error;
    return false;
  }
}

function lookAt(place: string): Observed | undefined {
  const stat = lstatSync(place, { throwIfNoEntry: false });
  if (stat === undefined) return undefined;
  const now = observedOf(stat, exactInode(place, stat));
  return now.type === 'directory' ? { ...now, xattrs: xattrsKey(readXattrs(place).xattrs) } : now;
}

function isContentAsLeft({ type, sha256, target }: ComparedRow, place: string): boolean {
  if (type === 'symlink') return readlinkSync(place) === target;
  return type !== 'file' || hashFile(place) === sha256;
}
