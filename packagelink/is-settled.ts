// Is a target still as the last run left it? In: the state database, one lstat for each of its paths. Out: yes, with
// what that run had to say, or no; also when a command is owed. Never: writes; reads a file of the target; needs a
// manifest or a server.
import { existsSync, lstatSync, realpathSync } from 'node:fs';
import type { Stats } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { parseJsonEdge } from '../lib/parse-edge.ts';
import { readJournal } from './after-journal.ts';
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

type Row = readonly [string, string, number, number, number, number, number, number, number];

function isUntouched(database: DatabaseSync, { target, osmode, mounts }: Question): boolean {
  // An lstat says nothing of a directory's attributes, and its ctime is not ours alone.
  const attributed = "SELECT 1 FROM paths WHERE type = 'directory' AND xattrs <> '' AND left_alone = 0 LIMIT 1";
  if (database.prepare(attributed).get() !== undefined) return false;
  const root = realpathSync(target);
  const mounted = [...readMountPoints(root, mounts)];
  const select = database.prepare(
    'SELECT path, type, mode, uid, gid, size, inode, mtime_ms, ctime_ms FROM paths ' +
      `WHERE left_alone = 0${osmode === 'packages' ? " AND class <> 'image'" : ''} ORDER BY path`,
  );
  select.setReturnArrays(true);
  // A hundred thousand rows: none of them becomes an object.
  for (const row of select.iterate() as Iterable<unknown> as Iterable<Row>) {
    const stat = lstatSync(`${root}/${row[0]}`, { throwIfNoEntry: false });
    if (stat !== undefined && isAsRecorded(row, stat)) continue;
    if (!mounted.some((point) => row[0] === point || row[0].startsWith(`${point}/`))) return false;
  }
  return true;
}

function isAsRecorded([, type, mode, uid, gid, size, inode, mtimeMs, ctimeMs]: Row, stat: Stats): boolean {
  if ((stat.mode & 0o7777) !== mode || stat.uid !== uid || stat.gid !== gid) return false;
  // What lies in a directory changes its times, and is not always ours.
  if (type === 'directory') return stat.isDirectory();
  return stat.ino === inode && stat.size === size && stat.mtimeMs === mtimeMs && stat.ctimeMs === ctimeMs;
}
