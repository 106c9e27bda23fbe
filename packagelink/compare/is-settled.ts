// Is a target still as the last run left it? In: the state database, one lstat for each of its paths. Out: yes, with
// what that run had to say, or no; also when a command is owed. Never: writes; reads a file of the target; needs a
// manifest or a server.
import { existsSync, realpathSync } from 'node:fs';
import { readJournal } from '../state/after-journal.ts';
import { areRowsUntouched, countPortions } from './compare-rows.ts';
import type { RowComparison } from './compare-rows.ts';
import { readMountPoints } from '../filesystem/mount-points.ts';
import { readLastSettled } from '../state/settled.ts';
import { explained } from '../state/state-database.ts';
import type { Settled } from '../state/settled.ts';
import { startThread } from '../threads/start-thread.ts';
import type { Thread } from '../threads/start-thread.ts';

/** What is compared, and how. */
export type Comparing = {
  readonly target: string;
  readonly stateFile: string;
  /** As in the options of the run: `packages` leaves the image's paths out of the comparison. */
  readonly osmode?: 'image' | 'packages';
  readonly mounts?: readonly string[];
  /** Whether every file is read and hashed, too: a disk that has lost a bit changes nothing that lstat shows. */
  readonly contents?: boolean;
  readonly twoThreadsFrom?: number;
};

/**
 * What the last run said, if nothing has been touched since. A forged mtime is noticed: inode and ctime are compared.
 * Undefined is no verdict: a run looks closer, and finds perhaps that all is well.
 * @param isCurrent whether the last run is the one that is meant, by its key
 */
export async function readSettled(
  question: Comparing & { readonly isCurrent: (key: string) => boolean },
): Promise<Settled | undefined> {
  if (!existsSync(question.stateFile) || owesCommands(question.stateFile)) return undefined;
  const settled = readLastSettled(question.stateFile);
  if (settled === undefined || !question.isCurrent(settled.key)) return undefined;
  await using comparison = startComparison(question);
  return (await comparison.isUntouched()) ? settled : undefined;
}

/** Whether an earlier run left a command to this one, or its journal cannot be read. */
export function owesCommands(stateFile: string): boolean {
  const { journal, errors } = readJournal(stateFile);
  return journal.pending.length + errors.length > 0;
}

type Comparison = AsyncDisposable & {
  /** Takes part in it, and answers when every row has been seen, or one is not as it was. */
  readonly isUntouched: () => Promise<boolean>;
};

/** Begins to compare rows with the target, in a second thread where there are many; until it is asked it keeps nobody waiting. */
export function startComparison(comparing: Comparing): Comparison {
  const { target, stateFile, osmode = 'image', mounts, contents = false, twoThreadsFrom } = comparing;
  const root = realpathSync(target);
  const about = {
    stateFile,
    root,
    osmode,
    mounted: [...readMountPoints(root, mounts)],
    contents,
    progress: new Int32Array(new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT)),
  };
  const { rows, ...portions } = countPortions(about);
  const comparison: RowComparison = { ...about, ...portions };
  const isLarge = rows >= (twoThreadsFrom ?? (contents ? TWO_THREADS_FILES : TWO_THREADS_ROWS));
  const fromTheEnd: Thread | undefined = isLarge ? startThread({ kind: 'compare-rows', comparison }) : undefined;
  return {
    isUntouched: async () => {
      if (!explained(stateFile, () => areRowsUntouched(comparison, 0))) return false;
      // What the thread could not do is no verdict either.
      return fromTheEnd === undefined || (await fromTheEnd.receive().catch(() => false)) === true;
    },
    [Symbol.asyncDispose]: async () => await fromTheEnd?.stop(),
  };
}

// From how many rows on a second thread is worth its start; measured.
const TWO_THREADS_ROWS = 30_000;
const TWO_THREADS_FILES = 6000;
