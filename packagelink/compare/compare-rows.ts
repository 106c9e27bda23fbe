// Rows of a state database beside what lstat shows. In: the database, a target. Out: whether they agree. Never: writes;
// follows a link of the target; looks at much twice, when two threads begin at either end and meet in one portion.
import { DatabaseSync } from 'node:sqlite';
import { isRowUntouched } from './is-row-untouched.ts';
import { COMPARED, LSTAT, ROWS_IN_PART, collectPart, listParts, prepareCompared } from '../state/lstat-columns.ts';
import type { ComparedRow } from '../state/lstat-columns.ts';
import { neverPast, readColumns } from '../state/read-lstat-columns.ts';
import type { ReadPart } from '../state/read-lstat-columns.ts';
import { withStateDatabase } from '../state/state-database.ts';

/** What is compared; the same for both threads. */
export type RowComparison = {
  readonly stateFile: string;
  /** The target's real path. */
  readonly root: string;
  /** `packages` leaves out the image's paths. */
  readonly osmode: 'image' | 'packages';
  /** Mount points whose rows are not compared. */
  readonly mounted: readonly string[];
  /** Whether files are read and hashed, too. */
  readonly contents: boolean;
  /** Whether the columns of lstat are read, and in how many portions; or the rows themselves. */
  readonly byColumns: boolean;
  readonly portions: number;
  /** How many portions each thread has looked at; together they look at all. Shared. */
  readonly progress: Int32Array<SharedArrayBuffer>;
};

/** From which end a thread begins: also its place in `progress`. */
export type End = 0 | 1;

// Rows that are read from the table of all are taken together for as long as a thread does not look at the other's progress.
const ROWS_AT_ONCE = 100;

/** What a comparison consists of, and of how many rows, roughly. */
export type Portions = Pick<RowComparison, 'byColumns' | 'portions'> & { readonly rows: number };

/** Counts them. @throws UserError when the database is damaged or of another format */
export function countPortions(about: Omit<RowComparison, keyof Portions>): Portions {
  return withStateDatabase(about.stateFile, (database) => {
    const parts = about.contents ? 0 : listParts(database).length;
    // One more for the rows that have changed since.
    if (parts > 0) return { byColumns: true, portions: parts + 1, rows: parts * ROWS_IN_PART };
    const counted = database.prepare(`SELECT count(*) AS count FROM paths WHERE ${COMPARED[about.osmode]}`).get();
    const rows = Number(counted?.['count']);
    return { byColumns: false, portions: Math.ceil(rows / ROWS_AT_ONCE), rows };
  });
}

/** Compares until both threads together have seen every row; false from the first row on that is not as it was. */
export function areRowsUntouched(comparison: RowComparison, end: End): boolean {
  const { stateFile, byColumns, portions, progress } = comparison;
  const database = new DatabaseSync(stateFile, { timeout: 10_000 });
  try {
    // Parts that are looked through in a moment are of one state, whoever writes meanwhile.
    if (byColumns) database.exec('BEGIN');
    for (const read of byColumns ? readParts(database, end) : readTable(database, comparison, end)) {
      if (Atomics.load(progress, 0) + Atomics.load(progress, 1) >= portions) return true;
      Atomics.add(progress, end, 1);
      if (isPartUntouched(read, comparison)) continue;
      // The other thread need not go on.
      Atomics.add(progress, end, portions);
      return false;
    }
    return true;
  } finally {
    database.close();
  }
}

function* readParts(database: DatabaseSync, end: End): Generator<ReadPart> {
  const parts = readColumns(database);
  for (const read of end === 0 ? parts : parts.toReversed()) yield read();
}

// Between parts the database is not locked: files that are hashed meanwhile may take longer than another run waits for it.
function* readTable(database: DatabaseSync, { osmode, contents }: RowComparison, end: End): Generator<ReadPart> {
  const [more, beyond, order] = [contents ? ', sha256, target' : '', end === 0 ? '>' : '<', end === 0 ? 'ASC' : 'DESC'];
  const select = prepareCompared(
    database,
    `${more} FROM paths WHERE ${COMPARED[osmode]} AND path ${beyond} ? ORDER BY path ${order} LIMIT ${ROWS_AT_ONCE}`,
  );
  const collector = collectPart(ROWS_AT_ONCE);
  let last = end === 0 ? '' : GREATEST;
  for (;;) {
    for (const row of select.all(last) as unknown as ComparedRow[]) collector.add(row);
    const part = collector.take();
    yield { part, isPast: neverPast };
    if (part.paths.length < ROWS_AT_ONCE) return;
    last = part.paths.at(-1) ?? last;
  }
}

// SQLite compares texts by their UTF-8.
const GREATEST = '\u{10ffff}';

function isPartUntouched({ part, isPast }: ReadPart, comparison: RowComparison): boolean {
  const { paths, stats } = part;
  const leavesImage = comparison.osmode === 'packages';
  for (const [index, path] of paths.entries()) {
    if (isPast(index) || (leavesImage && stats[index * LSTAT.numbers + LSTAT.image] === 1)) continue;
    if (!isRowUntouched({ part, index }, comparison) && !isMounted(path, comparison)) return false;
  }
  return true;
}

function isMounted(path: string, { mounted }: RowComparison): boolean {
  return mounted.some((point) => path === point || path.startsWith(`${point}/`));
}
