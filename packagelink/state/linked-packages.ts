// Which packages are linked onto a target, and what stood there before them. In and out: tables `packages` and
// `originals` of the state database. Never: looks at the target or at a package.
import type { DatabaseSync } from 'node:sqlite';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { z } from 'zod';
import { UserError } from '../../lib/errors.ts';
import { parseEdge, parseJsonEdge } from '../../lib/parse-edge.ts';
import { manifestSchema, packageNameSchema, prioritySchema } from '../package/manifest.ts';
import type { Manifest } from '../package/manifest.ts';
import type { Defines } from '../package/preprocess.ts';
import { REPAIR, inTransaction, withStateDatabase } from './state-database.ts';

/** Of the second format, `originals` say which of them were not replaced yet; those of the first do not. */
const FORMAT = 2;
const MARK = 'packagelink';
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS packages (
    name TEXT PRIMARY KEY, priority INTEGER NOT NULL, kind TEXT NOT NULL, source TEXT NOT NULL, digest TEXT NOT NULL,
    mode TEXT NOT NULL, defines TEXT NOT NULL, manifest BLOB NOT NULL
  ) WITHOUT ROWID, STRICT;
  CREATE TABLE IF NOT EXISTS originals (path TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID, STRICT`;

const MOST_MANIFEST_BYTES = 1024 * 1024 * 1024;

/** A package of a target, with the manifest that was merged last. */
export type LinkedPackage = {
  readonly name: string;
  readonly priority: number;
  readonly kind: 'tree' | 'store';
  /** The directory of the tree, or that of the store. */
  readonly source: string;
  /** Of the store's manifest; empty for a tree. */
  readonly digest: string;
  readonly mode: 'copy' | 'hardlink';
  /** Values for its templates; only those that they name. */
  readonly defines: Defines;
  readonly manifest: Manifest;
};

/** What a target is settled for: these packages, as they were when they were linked. */
export function linkedKey(packages: readonly { readonly name: string }[]): string {
  return ['linked', ...packages.map(({ name }) => name).toSorted()].join(' ');
}

const metadata = {
  path: z.string(),
  mode: z.int().min(0).max(0o7777),
  uid: z.int(),
  gid: z.int(),
  mtimeSeconds: z.int(),
  mtimeNanoseconds: z.int(),
  xattrs: z.record(z.string(), z.string()).exactOptional(),
  /** A package has its path, and has not replaced it yet: a run that does writes a row, and this goes. */
  pending: z.literal(true).exactOptional(),
};

const originalSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('directory'), ...metadata }),
  z.strictObject({ type: z.literal('symlink'), ...metadata, target: z.string() }),
  z.strictObject({ type: z.literal('file'), ...metadata, sha256: z.string(), sizeBytes: z.int(), inode: z.string() }),
]);

/** What was at a path before any package. `inode` is equal for names of one file. */
export type Original = z.infer<typeof originalSchema>;

/** Everything that packagelink knows of a target besides the paths. */
export type LinkState = {
  readonly packages: readonly LinkedPackage[];
  readonly originals: readonly Original[];
  /** The option of the last `packagelink`. */
  readonly directories: 'merge' | 'same-priority';
};

const linkSchema = z.strictObject({ format: z.int(), directories: z.enum(['merge', 'same-priority']) });
const packageSchema = z.object({
  name: packageNameSchema,
  priority: prioritySchema,
  kind: z.enum(['tree', 'store']),
  source: z.string(),
  digest: z.string(),
  mode: z.enum(['copy', 'hardlink']),
});

/** Reads what is linked. @throws UserError when the database is another program's, newer, or damaged */
export function readLinkState(stateFile: string): LinkState {
  return withStateDatabase(stateFile, (database) => {
    const mark = database.prepare('SELECT value FROM meta WHERE key = ?').get(MARK);
    if (mark === undefined) {
      refuseOthers(database, stateFile);
      return { packages: [], originals: [], directories: 'merge' };
    }
    const { format, directories } = parseJsonEdge(linkSchema, String(mark['value']), `${stateFile}, packagelink`);
    if (format > FORMAT)
      throw new UserError(`${stateFile} was written by a newer packagelink (format ${format}, known ${FORMAT})`);
    return {
      packages: database.prepare('SELECT * FROM packages ORDER BY name').all().map(asPackage),
      originals: database.prepare('SELECT value FROM originals ORDER BY path').all().map(asOriginal),
      directories,
    };
  });
}

/** The key of what is linked now, without reading what it is. */
export function readLinkedKey(stateFile: string): string {
  return withStateDatabase(stateFile, (database) => {
    const table = database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'packages'").get();
    const rows = table === undefined ? [] : database.prepare('SELECT name FROM packages').all();
    return linkedKey(rows.map((row) => ({ name: String(row['name']) })));
  });
}

type LinkUpdate = {
  readonly linked?: readonly LinkedPackage[];
  readonly unlinked?: readonly string[];
  readonly originals?: readonly Original[];
  /** Paths that are no package's any more. */
  readonly released?: readonly string[];
  /** Before a target is changed: what it was settled for is no longer what is linked. */
  readonly begins?: true;
  readonly directories: LinkState['directories'];
};

/** Writes packages and originals, in one transaction. */
export function updateLinkState(stateFile: string, update: LinkUpdate): void {
  const { linked = [], unlinked = [], originals = [], released = [], begins = false, directories } = update;
  withStateDatabase(stateFile, (database) => {
    database.exec(SCHEMA);
    inTransaction(database, () => {
      const mark = JSON.stringify({ format: FORMAT, directories });
      database.prepare('INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)').run(MARK, mark);
      if (begins) database.exec("DELETE FROM meta WHERE key = 'settled'");
      for (const one of linked) insertPackage(database, one);
      for (const name of unlinked) database.prepare('DELETE FROM packages WHERE name = ?').run(name);
      const insert = database.prepare('INSERT OR REPLACE INTO originals (path, value) VALUES (?, ?)');
      for (const original of originals) insert.run(original.path, JSON.stringify(original));
      const remove = database.prepare('DELETE FROM originals WHERE path = ?');
      const forget = database.prepare('DELETE FROM paths WHERE path = ?');
      for (const path of released) {
        remove.run(path);
        forget.run(path);
      }
    });
  });
}

/** Makes the tables of linked packages, and marks the database as theirs. */
export function openLinkTables(database: DatabaseSync): void {
  database.exec(SCHEMA);
  const mark = JSON.stringify({ format: FORMAT, directories: 'merge' });
  database.prepare('INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)').run(MARK, mark);
}

/** Drops packages and originals that make no sense, and names them, with the tree where that is known. */
export function dropUnsound(database: DatabaseSync): string[] {
  const lost: string[] = [];
  const drop = database.prepare('DELETE FROM packages WHERE name = ?');
  for (const row of database.prepare('SELECT * FROM packages').all()) {
    if (isReadable(() => asPackage(row))) continue;
    drop.run(String(row['name']));
    lost.push(
      `package ${String(row['name'])}, of priority ${String(row['priority'])}, linked from ${String(row['source'])}`,
    );
  }
  const dropOriginal = database.prepare('DELETE FROM originals WHERE path = ?');
  for (const row of database.prepare('SELECT path, value FROM originals').all()) {
    if (isReadable(() => asOriginal(row))) continue;
    dropOriginal.run(String(row['path']));
    lost.push(`what stood at ${String(row['path'])} before any package`);
  }
  return lost;
}

function isReadable(read: () => unknown): boolean {
  try {
    read();
    return true;
  } catch (error) {
    if (error instanceof UserError) return false;
    throw error;
  }
}

/** With the rows of a run, in its transaction: what stood at their paths has been replaced. */
export function markReplaced(database: DatabaseSync): void {
  if (database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'originals'").get() === undefined) return;
  database.exec(`UPDATE originals SET value = json_remove(value, '$.pending')
    WHERE json_extract(value, '$.pending') AND path IN (SELECT path FROM paths)`);
}

function insertPackage(database: DatabaseSync, one: LinkedPackage): void {
  const { name, priority, kind, source, digest, mode, defines, manifest } = one;
  database
    .prepare('INSERT OR REPLACE INTO packages VALUES (?, ?, ?, ?, ?, ?, ?, ?)')
    .run(
      name,
      priority,
      kind,
      source,
      digest,
      mode,
      JSON.stringify(defines),
      zstdCompressSync(JSON.stringify(manifest)),
    );
}

// The nightly run of a machine would undo what is linked, and a link would delete the machine's system.
function refuseOthers(database: DatabaseSync, stateFile: string): void {
  if (database.prepare('SELECT 1 FROM paths LIMIT 1').get() === undefined) return;
  throw new UserError(`${stateFile} belongs to a machine that gutinteg keeps; packagelink does not work on it`, {
    exitCode: 2,
    hint: "add the package to the machine's PACKAGES, or give another --state",
  });
}

function asPackage(row: Record<string, unknown>): LinkedPackage {
  const what = `the state database, package ${String(row['name'])}`;
  const raw = decompress(row['manifest'] as Uint8Array, what);
  return {
    ...parseEdge(packageSchema, row, what),
    defines: parseJsonEdge(z.record(z.string(), z.string()), String(row['defines']), what),
    manifest: parseJsonEdge(manifestSchema, raw.toString('utf8'), what),
  };
}

function decompress(manifest: Uint8Array, what: string): Buffer {
  try {
    return zstdDecompressSync(manifest, { maxOutputLength: MOST_MANIFEST_BYTES });
  } catch (error) {
    throw new UserError(`${what}: its manifest is damaged`, { cause: error, hint: REPAIR });
  }
}

function asOriginal(row: Record<string, unknown>): Original {
  return parseJsonEdge(originalSchema, String(row['value']), 'the state database, originals');
}
