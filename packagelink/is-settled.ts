// Is a target still as the last run left it? In: the state database, one lstat for each of its paths. Out: yes, with
// what that run had to say, or no; also when a command is owed. Never: writes; reads a file of the target; needs a
// manifest or a server.
import { existsSync, lstatSync, realpathSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { Worker } from 'node:worker_threads';
import { z } from 'zod';
import { parseJsonEdge } from '../lib/parse-edge.ts';
import { readJournal } from './after-journal.ts';
import { isSpanUntouched } from './is-span-untouched.ts';
import type { Span } from './is-span-untouched.ts';
import { readMountPoints } from './mount-points.ts';
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
  /** From how many rows on two threads are worth the start of the second; measured. */
  readonly twoThreadsFrom?: number;
  /** Whether the last run is the one that is meant, by its key. */
  readonly isCurrent: (key: string) => boolean;
};

/**
 * What the last run said, if nothing has been touched since. A forged mtime is noticed: inode and ctime are compared.
 * Undefined is no verdict: a run looks closer, and finds perhaps that all is well.
 */
export function readSettled(question: Question): Settled | undefined {
  if (!existsSync(question.stateFile)) return undefined;
  const { journal, errors } = readJournal(question.stateFile);
  if (journal.pending.length + errors.length > 0) return undefined;
  return withStateDatabase(question.stateFile, (database) => {
    const row = database.prepare("SELECT value FROM meta WHERE key = 'settled'").get();
    if (row === undefined) return undefined;
    const settled = parseJsonEdge(settledSchema, String(row['value']), 'the state database, settled');
    return question.isCurrent(settled.key) && isUntouched(database, question) ? settled : undefined;
  });
}

function isUntouched(database: DatabaseSync, question: Question): boolean {
  const { target, stateFile, osmode = 'image', mounts, twoThreadsFrom = TWO_THREADS_ROWS } = question;
  // An lstat says nothing of a directory's attributes, and its ctime is not ours alone.
  const attributed = "SELECT 1 FROM paths WHERE type = 'directory' AND xattrs <> '' AND left_alone = 0 LIMIT 1";
  if (database.prepare(attributed).get() !== undefined) return false;
  const root = realpathSync(target);
  const all: Span = {
    stateFile,
    root,
    osmode,
    mounted: [...readMountPoints(root, mounts)],
    from: '',
    to: undefined,
  };
  const middle = findMiddle(database, twoThreadsFrom);
  if (middle === undefined) return isSpanUntouched({ DatabaseSync, lstatSync }, all);
  const isOtherHalf = startThread({ ...all, from: middle });
  const isThisHalf = isSpanUntouched({ DatabaseSync, lstatSync }, { ...all, to: middle });
  return isOtherHalf(isThisHalf);
}

/** Where two threads begin to be worth their start; undefined where one is faster. */
function findMiddle(database: DatabaseSync, twoThreadsFrom: number): string | undefined {
  const count = Number(database.prepare('SELECT count(*) AS count FROM paths').get()?.['count']);
  if (count < twoThreadsFrom) return undefined;
  const row = database.prepare('SELECT path FROM paths ORDER BY path LIMIT 1 OFFSET ?').get(Math.floor(count / 2));
  return row === undefined ? undefined : String(row['path']);
}

const TWO_THREADS_ROWS = 30_000;
const THREAD_TIMEOUT_MS = 600_000;
const UNTOUCHED = 1;

// The agent is a single file, so the thread's program is not another one but the text of the same function.
const THREAD = `
  const { workerData } = require('node:worker_threads');
  const modules = { DatabaseSync: require('node:sqlite').DatabaseSync, lstatSync: require('node:fs').lstatSync };
  const work = ${isSpanUntouched.toString()};
  let answer = 2;
  try {
    if (work(modules, workerData.span)) answer = ${UNTOUCHED};
  } finally {
    Atomics.store(workerData.answer, 0, answer);
    Atomics.notify(workerData.answer, 0);
  }`;

/** Begins with a span; the answer waits for its end, if the caller still wants to know. */
function startThread(span: Span): (isWanted: boolean) => boolean {
  const answer = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const worker = new Worker(THREAD, { eval: true, workerData: { span, answer } });
  // What it could not do is no verdict either: the run looks closer, and says what is wrong.
  worker.on('error', () => undefined);
  worker.unref();
  return (isWanted) => {
    if (isWanted) Atomics.wait(answer, 0, 0, THREAD_TIMEOUT_MS);
    else void worker.terminate();
    return answer[0] === UNTOUCHED;
  };
}
