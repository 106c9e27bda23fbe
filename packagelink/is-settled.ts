// Is a target still as the last run left it? In: the state database, one lstat for each of its paths. Out: yes, with
// what that run had to say, or no; also when a command is owed. Never: writes; reads a file of the target; needs a
// manifest or a server.
import { existsSync, realpathSync } from 'node:fs';
import { z } from 'zod';
import { parseJsonEdge } from '../lib/parse-edge.ts';
import { readJournal } from './after-journal.ts';
import { areRowsUntouched, countComparedRows } from './compare-rows.ts';
import type { RowComparison } from './compare-rows.ts';
import { readMountPoints } from './mount-points.ts';
import { startThread } from './start-thread.ts';
import { withStateDatabase } from './state-database.ts';

/** What the last run without errors wrote down: the key of its tree and options, and its notices. */
export type Settled = { readonly key: string; readonly notices: readonly string[] };

const settledSchema = z.object({ key: z.string(), notices: z.array(z.string()) });

type Question = {
  readonly target: string;
  readonly stateFile: string;
  /** As in the options of the run: `packages` leaves the image's paths out of the comparison. */
  readonly osmode?: 'image' | 'packages';
  readonly mounts?: readonly string[];
  /** Whether every file is read and hashed, too: a disk that has lost a bit changes nothing that lstat shows. */
  readonly contents?: boolean;
  readonly twoThreadsFrom?: number;
  /** Whether the last run is the one that is meant, by its key. */
  readonly isCurrent: (key: string) => boolean;
};

/**
 * What the last run said, if nothing has been touched since. A forged mtime is noticed: inode and ctime are compared.
 * Undefined is no verdict: a run looks closer, and finds perhaps that all is well.
 */
export async function readSettled(question: Question): Promise<Settled | undefined> {
  if (!existsSync(question.stateFile)) return undefined;
  const { journal, errors } = readJournal(question.stateFile);
  if (journal.pending.length + errors.length > 0) return undefined;
  const settled = withStateDatabase(question.stateFile, (database) => {
    const row = database.prepare("SELECT value FROM meta WHERE key = 'settled'").get();
    return row === undefined
      ? undefined
      : parseJsonEdge(settledSchema, String(row['value']), 'the state database, settled');
  });
  if (settled === undefined || !question.isCurrent(settled.key)) return undefined;
  return (await isUntouched(question)) ? settled : undefined;
}

async function isUntouched(question: Question): Promise<boolean> {
  const { target, stateFile, osmode = 'image', mounts, contents = false, twoThreadsFrom } = question;
  const root = realpathSync(target);
  const rows = countComparedRows(stateFile, osmode);
  const comparison: RowComparison = {
    stateFile,
    root,
    osmode,
    mounted: [...readMountPoints(root, mounts)],
    contents,
    rows,
    progress: new Int32Array(new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT)),
  };
  if (rows < (twoThreadsFrom ?? (contents ? TWO_THREADS_FILES : TWO_THREADS_ROWS))) {
    return areRowsUntouched(comparison, 0);
  }
  const fromTheEnd = startThread({ kind: 'compare-rows', comparison });
  try {
    // What the thread could not do is no verdict either.
    return areRowsUntouched(comparison, 0) && (await fromTheEnd.receive().catch(() => false)) === true;
  } finally {
    await fromTheEnd.stop();
  }
}

// From how many rows on a second thread is worth its start; measured.
const TWO_THREADS_ROWS = 30_000;
const TWO_THREADS_FILES = 6000;
