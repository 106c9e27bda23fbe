// The server's database, which may fail at any moment: full, locked, damaged, deleted. In: SQL. Out: rows, or a
// StateError at once. Never: ends the process; asks a database again that has just failed, but for `tend`; replaces a
// file whose contents it does not have.
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DatabaseSync, SQLInputValue, SQLOutputValue, StatementSync } from 'node:sqlite';
import { connect, isSound, probeWriting } from './schema.ts';
import { asStateError, StateError } from './state-error.ts';

type Row = Record<string, SQLOutputValue>;

type Trouble = { readonly sinceMs: number; readonly error: StateError };

export type StateDatabase = {
  /** @throws StateError */
  readonly get: (sql: string, ...values: readonly SQLInputValue[]) => Row | undefined;
  /** @throws StateError */
  readonly all: (sql: string, ...values: readonly SQLInputValue[]) => Row[];
  /** Returns the number of rows that were changed. @throws StateError */
  readonly run: (sql: string, ...values: readonly SQLInputValue[]) => number;
  /** All that `work` writes, or nothing of it. @throws StateError */
  readonly transaction: <T>(work: () => T) => T;
  /** What is wrong now; undefined when all is well. */
  readonly trouble: () => Trouble | undefined;
  /** Called now when the database can be read, and each time when it can be read again. It may throw a StateError. */
  readonly onReadable: (listener: () => void) => void;
  /** Looks whether the file is still there and whether trouble is over; to be called about once a second. */
  readonly tend: () => void;
  readonly close: () => void;
};

export type DatabaseOptions = {
  readonly now?: () => number;
  /** Told when trouble begins or changes its kind, and with undefined when it is over. */
  readonly onTrouble?: (trouble: Trouble | undefined) => void;
  /** Told what was done about a file that was deleted or replaced. */
  readonly onFile?: (what: string) => void;
};

type File = { readonly ino: bigint; readonly dev: bigint; readonly isEmpty: boolean; readonly changed: string };

/**
 * Opens, and when new makes, the server's state: machines, timelines, leases. A database that cannot be used is trouble
 * that may end, not a reason to fail.
 * @throws UserError when the file was written by another version
 */
export function openDatabase(path: string, options: DatabaseOptions = {}): StateDatabase {
  const now = options.now ?? Date.now;
  const listeners: (() => void)[] = [];
  const statements = new Map<string, StatementSync>();
  let connection: DatabaseSync | undefined;
  let opened: File | undefined;
  let trouble: Trouble | undefined;
  /** Reading failed, too; a full disk or a lock leaves it possible. */
  let blind = false;
  /** A damaged file is looked through once, and again when it has changed. */
  let damaged: string | undefined;
  let inTransaction = false;

  function begin(error: StateError, ofReading: boolean): void {
    const isNews = trouble?.error.kind !== error.kind;
    trouble = { sinceMs: trouble?.sinceMs ?? now(), error };
    blind ||= ofReading || error.kind === 'broken';
    // What is in the write-ahead log must not meet the backup that somebody is about to put there.
    if (error.kind === 'broken') disconnect();
    if (isNews) options.onTrouble?.(trouble);
  }

  function end(): void {
    if (trouble === undefined) return;
    const wasBlind = blind;
    [trouble, blind, damaged] = [undefined, false, undefined];
    if (wasBlind) announce();
    if (trouble === undefined) options.onTrouble?.(undefined);
  }

  function announce(): void {
    for (const listener of listeners) attempt('read', listener);
  }

  /** Does the work or begins trouble; answers whether it was done. */
  function attempt(kind: 'read' | 'write', work: () => void): boolean {
    try {
      work();
      return true;
    } catch (error) {
      const state = asStateError(error, path);
      if (state === undefined) throw error;
      begin(state, kind === 'read');
      return false;
    }
  }

  function query<T>(kind: 'read' | 'write', sql: string, ask: (statement: StatementSync) => T): T {
    if (trouble !== undefined && (blind || kind === 'write')) throw trouble.error;
    try {
      return ask(prepare(sql));
    } catch (error) {
      const state = asStateError(error, path);
      if (state === undefined) throw error;
      begin(state, kind === 'read');
      throw state;
    }
  }

  function prepare(sql: string): StatementSync {
    if (connection === undefined) throw new StateError('unreadable', path);
    const statement = statements.get(sql) ?? connection.prepare(sql);
    statements.set(sql, statement);
    return statement;
  }

  function disconnect(): void {
    statements.clear();
    try {
      connection?.close();
    } catch {
      // A connection to a damaged file may not even close well; it is gone either way.
    }
    connection = undefined;
  }

  function reconnect(): void {
    disconnect();
    const isFirst = opened === undefined;
    const file = lookAt(path);
    if (damaged !== undefined && file?.changed === damaged) throw new StateError('broken', path);
    // Emptied while it was in use, or a backup that is being copied: what it had is not to be forgotten.
    if (!isFirst && file?.isEmpty === true) throw new StateError('broken', path);
    connection = connect(path);
    opened = lookAt(path);
    // The whole file is looked through at the start: damage that a later page has would be met in the middle of the work.
    if ((!isFirst && trouble?.error.kind !== 'broken') || isSound(connection)) return;
    damaged = lookAt(path)?.changed ?? '';
    throw new StateError('broken', path);
  }

  /** The open connection still has everything that was in a file which somebody has deleted. */
  function writeBack(): void {
    if (connection === undefined) throw new StateError('missing', path);
    const dir = dirname(path);
    mkdirSync(dir, { recursive: true, mode: 0o750 });
    // Another file system stands there: the right one was unmounted, and the file is still on it.
    if (statSync(dir, { bigint: true }).dev !== opened?.dev) throw new StateError('missing', path);
    const copy = copyContents(connection, path);
    disconnect();
    for (const companion of ['-wal', '-shm']) rmSync(path + companion, { force: true });
    renameSync(copy, path);
    reconnect();
    options.onFile?.(`${path} was deleted while the server ran; it was written again with all that was in it`);
  }

  function checkFile(): void {
    const file = lookAt(path);
    if (file !== undefined && file.ino === opened?.ino && file.dev === opened.dev) {
      if (file.isEmpty && connection !== undefined) throw new StateError('broken', path);
      return;
    }
    const isFirst = opened === undefined;
    if (file === undefined && !isFirst && trouble?.error.kind !== 'broken') return writeBack();
    reconnect();
    if (isFirst) return;
    options.onFile?.(
      file === undefined
        ? `${path} was damaged and has been taken away; the server begins with an empty one: machines get new ids`
        : `${path} is another file than before; what it says is in force, and nothing that was recorded since it was copied`,
    );
    if (trouble === undefined) announce();
    else blind = true;
  }

  function tend(): void {
    if (path !== ':memory:' && !attempt('read', checkFile)) return;
    if (trouble === undefined) return;
    const heals = attempt('read', () => {
      if (connection === undefined || blind) reconnect();
    });
    if (heals && attempt('write', () => connection !== undefined && probeWriting(connection))) end();
  }

  function transaction<T>(work: () => T): T {
    if (inTransaction) return work();
    query('write', 'BEGIN IMMEDIATE', (statement) => statement.run());
    inTransaction = true;
    try {
      const result = work();
      query('write', 'COMMIT', (statement) => statement.run());
      return result;
    } catch (error) {
      if (connection?.isTransaction === true) connection.exec('ROLLBACK');
      throw error;
    } finally {
      inTransaction = false;
    }
  }

  attempt('read', () => {
    reconnect();
  });
  return {
    get: (sql, ...values) => query('read', sql, (statement) => statement.get(...values)),
    all: (sql, ...values) => query('read', sql, (statement) => statement.all(...values)),
    run: (sql, ...values) => query('write', sql, (statement) => Number(statement.run(...values).changes)),
    transaction,
    trouble: () => trouble,
    onReadable: (listener) => {
      listeners.push(listener);
      if (!blind) attempt('read', listener);
    },
    tend,
    close: disconnect,
  };
}

/** A file beside the database with all that is in it, on the disk. */
function copyContents(connection: DatabaseSync, path: string): string {
  const copy = `${path}.copy`;
  rmSync(copy, { force: true });
  closeSync(openSync(copy, 'wx', 0o600));
  connection.exec(`VACUUM INTO '${copy.replaceAll("'", "''")}'`);
  const file = openSync(copy, 'r');
  fsyncSync(file);
  closeSync(file);
  return copy;
}

function lookAt(path: string): File | undefined {
  if (path === ':memory:') return undefined;
  const found = statSync(path, { bigint: true, throwIfNoEntry: false });
  if (found === undefined) return undefined;
  const { ino, dev } = found;
  return {
    ino,
    dev,
    isEmpty: found.size === 0n,
    changed: [found.ino, found.size, found.mtimeNs, found.ctimeNs].join(' '),
  };
}
