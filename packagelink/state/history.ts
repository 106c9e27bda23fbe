// What runs have replaced or deleted on a target, kept beside the state database so that it can be brought back.
// In: a state file; paths that are about to change. Out: rows of its `history` table, and one file for each in
// `STATE.history/`. Never: keeps directories, which are only ever removed when they are empty; leaves the target.
import type { DatabaseSync } from 'node:sqlite';
import { lstatSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { basename } from 'node:path';
import { z } from 'zod';
import { parseEdge } from '../../lib/parse-edge.ts';
import { inTransaction, withStateDatabase } from './state-database.ts';

/**
 * Why something was kept: `edited` on the machine and put back; `foreign`, there before any package; `replaced` by a
 * newer version of its package or by another package; `deleted` because no package has it any more.
 */
export type KeepReason = 'edited' | 'foreign' | 'replaced' | 'deleted';

/** A path that a plan replaces or deletes, as it is now. `owner` is the package that had it, or the one that takes it. */
export type Keep = {
  readonly path: string;
  readonly reason: KeepReason;
  readonly owner: string;
  readonly type: 'file' | 'symlink';
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly target: string;
};

/** A kept version. `run` counts the runs that changed something; `atMs` is the clock of the machine. */
export type KeptVersion = Keep & { readonly id: number; readonly run: number; readonly atMs: number };

/** Of versions that packages themselves brought, those of the last runs are kept; of edits the last of each path. */
const KEPT_RUNS = 30;
const KEPT_EDITS = 10;

const reasonSchema = z.enum(['edited', 'foreign', 'replaced', 'deleted']) satisfies z.ZodType<KeepReason>;
const typeSchema = z.enum(['file', 'symlink']);

/** The directory with the kept files, 0700, named by the numbers of their rows. */
export function historyDirectory(stateFile: string): string {
  return `${stateFile}.history`;
}

/** Announces what a run is about to keep; answers each path's file in the history directory. */
export function beginHistory(stateFile: string, keeps: readonly Keep[], atMs: number): Map<string, string> {
  if (keeps.length === 0) return new Map();
  const dir = historyDirectory(stateFile);
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const places = new Map<string, string>();
  withStateDatabase(stateFile, (database) => {
    inTransaction(database, () => {
      const run = Number(database.prepare('SELECT coalesce(max(run), 0) + 1 AS run FROM history').get()?.['run']);
      const insert = database.prepare(
        'INSERT INTO history (path, reason, run, at_ms, owner, type, mode, uid, gid, size, sha256, target, id) ' +
          'VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
      );
      let id = lastId(database, dir);
      for (const { path, reason, owner, type, mode, uid, gid, sizeBytes, sha256, target } of keeps) {
        id += 1;
        insert.run(path, reason, run, atMs, owner, type, mode, uid, gid, sizeBytes, sha256, target, id);
        if (type === 'file') places.set(path, `${dir}/${id}`);
      }
    });
  });
  return places;
}

// Also above the files of a database that was moved away: what it knows of is not written over.
function lastId(database: DatabaseSync, dir: string): number {
  const known = Number(database.prepare('SELECT coalesce(max(id), 0) AS id FROM history').get()?.['id']);
  return readdirSync(dir).reduce(
    (last, name) => (/^\d{1,15}$/.test(name) ? Math.max(last, Number(name)) : last),
    known,
  );
}

/** Forgets what is too old; with `isWhole` false also what was announced but never kept, which takes a look at all. */
export function trimHistory(stateFile: string, { isWhole }: { readonly isWhole: boolean }): void {
  const dir = historyDirectory(stateFile);
  if (lstatSync(dir, { throwIfNoEntry: false }) === undefined) return;
  withStateDatabase(stateFile, (database) => {
    inTransaction(database, () => {
      const old = [
        `DELETE FROM history WHERE reason IN ('replaced', 'deleted')
          AND run <= (SELECT max(run) FROM history) - ${KEPT_RUNS} RETURNING id`,
        `DELETE FROM history WHERE id IN (SELECT id FROM
          (SELECT id, row_number() OVER (PARTITION BY path ORDER BY id DESC) AS place FROM history WHERE reason = 'edited')
          WHERE place > ${KEPT_EDITS}) RETURNING id`,
      ].flatMap((statement) => database.prepare(statement).all());
      for (const { id } of old) rmSync(`${dir}/${Number(id)}`, { force: true });
      if (isWhole) return;
      const files = new Set(readdirSync(dir));
      const first = Number(database.prepare('SELECT min(id) AS id FROM history').get()?.['id'] ?? Infinity);
      const forget = database.prepare('DELETE FROM history WHERE id = ?');
      for (const { id, type } of database.prepare('SELECT id, type FROM history').all()) {
        if (!files.delete(String(id)) && type === 'file') forget.run(Number(id));
      }
      // Those below the first are of another database: see lastId.
      for (const name of files)
        if (!(Number.parseInt(name, 10) < first)) rmSync(`${dir}/${basename(name)}`, { force: true });
    });
  });
}

/** Forgets what the last run announced and did not replace or delete after all: it is still in its place. */
export function forgetUnkept(stateFile: string, keeps: readonly Keep[]): void {
  if (keeps.length === 0) return;
  const ids = withStateDatabase(stateFile, (database) => {
    const find = database.prepare('SELECT id FROM history WHERE run = (SELECT max(run) FROM history) AND path = ?');
    return keeps.flatMap(({ path }) => find.all(path).map(({ id }) => Number(id)));
  });
  forgetVersions(stateFile, ids);
}

/** Forgets single versions, because they are in their place again. */
export function forgetVersions(stateFile: string, ids: readonly number[]): void {
  withStateDatabase(stateFile, (database) => {
    const forget = database.prepare('DELETE FROM history WHERE id = ?');
    inTransaction(database, () => ids.forEach((id) => forget.run(id)));
  });
  for (const id of ids) rmSync(`${historyDirectory(stateFile)}/${id}`, { force: true });
}

/** The kept versions of a path, or of all paths, newest first. @throws UserError for a damaged database */
export function readHistory(stateFile: string, path?: string): KeptVersion[] {
  return withStateDatabase(stateFile, (database) => {
    const rows = database
      .prepare('SELECT * FROM history WHERE ?1 IS NULL OR path = ?1 ORDER BY id DESC')
      .all(path ?? null);
    return rows.map(asKeptVersion);
  });
}

function asKeptVersion(row: Record<string, unknown>): KeptVersion {
  const what = `the state database, history ${String(row['id'])}`;
  return {
    id: Number(row['id']),
    path: String(row['path']),
    reason: parseEdge(reasonSchema, row['reason'], what),
    run: Number(row['run']),
    atMs: Number(row['at_ms']),
    owner: String(row['owner']),
    type: parseEdge(typeSchema, row['type'], what),
    mode: Number(row['mode']),
    uid: Number(row['uid']),
    gid: Number(row['gid']),
    sizeBytes: Number(row['size']),
    sha256: String(row['sha256']),
    target: String(row['target']),
  };
}
