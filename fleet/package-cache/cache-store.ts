// What a cache knows, in SQLite: heads, files that they and their lists name, which contents are here, pins, counts. In: a
// file. Out: rows. Never: touches the contents themselves (contents.ts).
import { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import type { IndexEntry, PackageEntry } from './index-kinds/index-kind.ts';
import { KEPT_FOR_UNDO_MS } from './decide-evictions.ts';
import type { Evictable } from './decide-evictions.ts';

/** A head, and the validators of its origin. Times are milliseconds since 1970. */
const headSchema = z.object({
  origin: z.string(),
  path: z.string(),
  sha256: z.string(),
  sizeBytes: z.int(),
  etag: z.string().nullable(),
  lastModified: z.string().nullable(),
  checkedAt: z.number(),
  /** Why the newest one is not here, in words. */
  trouble: z.string().nullable(),
});

export type HeadRow = z.output<typeof headSchema>;

const fileSchema = z.object({
  origin: z.string(),
  path: z.string(),
  sha256: z.string(),
  sizeBytes: z.int(),
  fetchPath: z.string(),
  /** The head that names it, or the list if it is a package. */
  source: z.string(),
  /** Null for a package. */
  role: z.string().nullable(),
});

export type FileRow = z.output<typeof fileSchema>;

const contentSchema = z.object({ sha256: z.string(), sizeBytes: z.int(), storedAt: z.number() });
const countSchema = z.object({ origin: z.string(), name: z.string(), value: z.number() });
const evictableSchema = z.object({
  sha256: z.string(),
  sizeBytes: z.int(),
  isKept: z.int().transform((value) => value === 1),
});
const keptSchema = fileSchema
  .pick({ origin: true, path: true, sha256: true, sizeBytes: true })
  .extend({ sinceMs: z.number().nullable() });

export type KeptRow = z.output<typeof keptSchema>;

const totalSchema = z.object({ files: z.int(), bytes: z.int() });

const TABLES = `
  pragma journal_mode = wal;
  create table if not exists heads (origin text, path text, sha256 text, sizeBytes integer, etag text, lastModified text,
    checkedAt integer, trouble text, primary key (origin, path));
  create table if not exists files (origin text, path text, source text, sha256 text, sizeBytes integer, fetchPath text,
    role text, generation text, primary key (origin, path, source));
  create index if not exists filesBySource on files (origin, source);
  create index if not exists filesByHash on files (sha256);
  create table if not exists lists (origin text, path text, sha256 text, primary key (origin, path));
  create table if not exists contents (sha256 text primary key, sizeBytes integer, storedAt integer, usedAt integer);
  create table if not exists superseded (sha256 text primary key, sinceMs integer);
  create table if not exists pins (sha256 text primary key, untilMs integer);
  create table if not exists counts (day text, origin text, name text, value integer, primary key (day, origin, name));
  create table if not exists places (name text primary key, url text);`;

/**
 * Lists and heads that are in force, and what is pinned, stay whatever happens. First goes what no list names for long, last what none
 * names since a short time: everything else can be fetched again.
 */
const EVICTABLE = `select sha256, sizeBytes, coalesce(sinceMs > ?, 0) isKept from contents c left join superseded using (sha256) where not exists (select 1 from heads h where h.sha256 = c.sha256)
  and not exists (select 1 from files f where f.sha256 = c.sha256 and f.role is not null)
  and not exists (select 1 from pins p where p.sha256 = c.sha256 and p.untilMs > ?) order by isKept, sinceMs is null, usedAt`;

/** Packages that are here and no list in force names. */
const SUPERSEDED = `select sha256 from contents c
  where exists (select 1 from files f where f.sha256 = c.sha256 and f.role is null)
  and not exists (select 1 from files f where f.sha256 = c.sha256 and f.role is not null)
  and not exists (select 1 from files f join lists l on l.origin = f.origin and l.path = f.source and l.sha256 = f.generation
    where f.sha256 = c.sha256)`;

export type CacheStore = ReturnType<typeof openCacheStore>;

export function openCacheStore(file: string) {
  const database = new DatabaseSync(file, { timeout: 10_000 });
  database.exec(TABLES);
  const run = (sql: string, ...values: (string | number | null)[]) => database.prepare(sql).run(...values);
  const one = (sql: string, ...values: (string | number)[]): unknown => database.prepare(sql).get(...values);
  const all = (sql: string, ...values: (string | number)[]): unknown[] => database.prepare(sql).all(...values);

  function inTransaction(write: () => void): void {
    database.exec('begin immediate');
    try {
      write();
      database.exec('commit');
    } catch (error) {
      database.exec('rollback');
      throw error;
    }
  }

  const insertFile = database.prepare(`insert or replace into files
    (origin, path, source, sha256, sizeBytes, fetchPath, role, generation) values (?, ?, ?, ?, ?, ?, ?, ?)`);

  function putHead(head: HeadRow): void {
    const { origin, path, sha256, sizeBytes, etag, lastModified, checkedAt, trouble } = head;
    const values = [origin, path, sha256, sizeBytes, etag, lastModified, checkedAt, trouble];
    run('insert or replace into heads values (?, ?, ?, ?, ?, ?, ?, ?)', ...values);
  }

  /** The set of a head changes at once, or not at all. */
  function publish(head: HeadRow, entries: readonly IndexEntry[]): void {
    inTransaction(() => {
      putHead(head);
      run('delete from files where origin = ? and source = ?', head.origin, head.path);
      for (const { path, sha256, sizeBytes, fetchPath, role } of entries) {
        insertFile.run(head.origin, path, head.path, sha256, sizeBytes, fetchPath, role, head.sha256);
      }
    });
  }

  function putPackages(list: FileRow, packages: readonly PackageEntry[]): void {
    inTransaction(() => {
      for (const { path, sha256, sizeBytes } of packages) {
        insertFile.run(list.origin, path, list.path, sha256, sizeBytes, path, null, list.sha256);
      }
    });
  }

  /** Packages that the list names no more are forgotten, but for those that are here: an undo may need them. */
  function endList({ origin, path, sha256 }: FileRow, nowMs: number): void {
    inTransaction(() => {
      const former = 'origin = ? and source = ? and role is null and generation <> ?';
      const absent = 'sha256 not in (select sha256 from contents)';
      run(`delete from files where ${former} and ${absent}`, origin, path, sha256);
      run('insert or replace into lists values (?, ?, ?)', origin, path, sha256);
      run(`delete from superseded where sha256 not in (${SUPERSEDED})`);
      run(`insert or ignore into superseded select sha256, ? from (${SUPERSEDED})`, nowMs);
    });
  }

  function count(day: string, counts: readonly z.output<typeof countSchema>[]): void {
    inTransaction(() => {
      for (const { origin, name, value } of counts) {
        const sum = 'on conflict do update set value = value + excluded.value';
        run(`insert into counts values (?, ?, ?, ?) ${sum}`, day, origin, name, value);
      }
    });
  }

  return {
    putHead,
    publish,
    putPackages,
    endList,
    count,
    head: (origin: string, path: string): HeadRow | undefined =>
      headSchema.optional().parse(one('select * from heads where origin = ? and path = ?', origin, path)),
    heads: (): HeadRow[] => headSchema.array().parse(all('select * from heads order by origin, path')),
    /** The newest of this path; no list of packages can take the place of what a head names. */
    file: (origin: string, path: string): FileRow | undefined =>
      fileSchema
        .optional()
        .parse(
          one(
            'select * from files where origin = ? and path = ? order by role is null, rowid desc limit 1',
            origin,
            path,
          ),
        ),
    fileByHash: (origin: string, sha256: string): FileRow | undefined =>
      fileSchema.optional().parse(one('select * from files where sha256 = ? and origin = ? limit 1', sha256, origin)),
    filesOf: (origin: string, source: string): FileRow[] =>
      fileSchema.array().parse(all('select * from files where origin = ? and source = ?', origin, source)),
    /** Packages by the name of their file. */
    packagesCalled: (name: string): FileRow[] => {
      const isCalled = "substr('/' || path, -length(?)) = ?";
      const found = all(`select * from files where role is null and ${isCalled}`, `/${name}`, `/${name}`);
      return fileSchema.array().parse(found);
    },
    isListRead: ({ origin, path, sha256 }: FileRow): boolean =>
      one('select 1 from lists where origin = ? and path = ? and sha256 = ?', origin, path, sha256) !== undefined,
    content: (sha256: string) => contentSchema.optional().parse(one('select * from contents where sha256 = ?', sha256)),
    contents: () => contentSchema.array().parse(all('select * from contents')),
    putContent: (sha256: string, sizeBytes: number, storedAt: number): void => {
      run('insert or replace into contents values (?, ?, ?, ?)', sha256, sizeBytes, storedAt, storedAt);
    },
    dropContent: (sha256: string): void => void run('delete from contents where sha256 = ?', sha256),
    use: (sha256s: Iterable<string>, usedAt: number): void =>
      inTransaction(() => {
        for (const sha256 of sha256s) run('update contents set usedAt = ? where sha256 = ?', usedAt, sha256);
      }),
    total: () => totalSchema.parse(one('select count(*) files, coalesce(sum(sizeBytes), 0) bytes from contents')),
    /** Those that are missed least first; `isKept`: since a short time, no list names it. */
    evictable: (now: number): (Evictable & { readonly isKept: boolean })[] =>
      evictableSchema.array().parse(all(EVICTABLE, now - KEPT_FOR_UNDO_MS, now)),
    /** Packages that are here; `sinceMs`: no list names it since then. */
    kept: () =>
      keptSchema.array().parse(
        all(
          `select origin, path, sha256, sizeBytes, sinceMs from contents join (select sha256, origin, path from files
             where role is null group by sha256) using (sha256) left join superseded using (sha256) order by path`,
        ),
      ),
    pin: (sha256: string, untilMs: number): void =>
      void run('insert or replace into pins values (?, ?)', sha256, untilMs),
    pinned: (now: number) =>
      totalSchema.parse(
        one(
          `select count(*) files, coalesce(sum(sizeBytes), 0) bytes from pins left join contents using (sha256)
           where untilMs > ?`,
          now,
        ),
      ),
    /** Of the days from this one on; older ones are forgotten. */
    countsSince: (day: string) =>
      countSchema
        .array()
        .parse(all('select origin, name, sum(value) value from counts where day >= ? group by origin, name', day)),
    forgetBefore: (day: string, now: number): void => {
      run('delete from counts where day < ?', day);
      run('delete from pins where untilMs < ?', now);
    },
    setPlaces: (places: Readonly<Record<string, string>>): void =>
      inTransaction(() => {
        run('delete from places');
        for (const [name, url] of Object.entries(places)) run('insert into places values (?, ?)', name, url);
      }),
    places: () =>
      z.object({ name: z.string(), url: z.string() }).array().parse(all('select * from places order by name')),
    close: () => database.close(),
  };
}
