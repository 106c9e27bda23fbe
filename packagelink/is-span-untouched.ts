import type { lstatSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';

/** A run of rows of a state database; `from` is the first path, `to` the first that is no more part of it. */
export type Span = {
  readonly stateFile: string;
  /** The target's real path. */
  readonly root: string;
  /** `packages` leaves out the image's paths. */
  readonly osmode: 'image' | 'packages';
  /** Mount points whose rows are not compared. */
  readonly mounted: readonly string[];
  readonly from: string;
  readonly to: string | undefined;
};

/** What the comparison needs of Node. */
type Modules = { readonly DatabaseSync: typeof DatabaseSync; readonly lstatSync: typeof lstatSync };

type Row = readonly [string, string, number, number, number, number, number, number, number];

/**
 * Whether lstat shows every path of a span as its row has it. The text of this function is a program for another
 * thread, too (is-settled.ts), so that it knows nothing but its arguments.
 */
export function isSpanUntouched(modules: Modules, span: Span): boolean {
  const database = new modules.DatabaseSync(span.stateFile, { timeout: 10_000 });
  try {
    const select = database.prepare(
      'SELECT path, type, mode, uid, gid, size, inode, mtime_ms, ctime_ms FROM paths WHERE left_alone = 0 ' +
        `AND path >= ?1 AND (?2 IS NULL OR path < ?2)${span.osmode === 'packages' ? " AND class <> 'image'" : ''}`,
    );
    select.setReturnArrays(true);
    // A hundred thousand rows: none of them becomes an object.
    for (const row of select.iterate(span.from, span.to ?? null) as Iterable<unknown> as Iterable<Row>) {
      const [path, type, mode, uid, gid, size, inode, mtimeMs, ctimeMs] = row;
      const stat = modules.lstatSync(`${span.root}/${path}`, { throwIfNoEntry: false });
      if (stat !== undefined && (stat.mode & 0o7777) === mode && stat.uid === uid && stat.gid === gid) {
        // What lies in a directory changes its times, and is not always ours.
        if (type === 'directory' ? stat.isDirectory() : stat.ino === inode && stat.size === size) {
          if (type === 'directory' || (stat.mtimeMs === mtimeMs && stat.ctimeMs === ctimeMs)) continue;
        }
      }
      if (!span.mounted.some((point) => path === point || path.startsWith(`${point}/`))) return false;
    }
    return true;
  } finally {
    database.close();
  }
}
