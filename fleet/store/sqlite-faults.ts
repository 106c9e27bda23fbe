// What can be wrong with a file of SQLite, in words. In: a file, an error. Out: an error for people, with what to do.
// Never: changes the file.
import { statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { UserError } from '../../lib/errors.ts';
import { whenMissing } from '../../lib/when-missing.ts';
import type { StoreFault } from './explain-faults.ts';

/** Primary result codes. @see https://sqlite.org/rescode.html */
const codes = { readOnly: 8, io: 10, corrupt: 11, full: 13, cantOpen: 14, notADatabase: 26 } as const;
/** An extended code: there is no room for the index of the journal. */
const IOERR_SHMSIZE = 4874;

/** Undefined for an error that is the statement's own. */
export function explainSqliteFault(file: string, error: unknown): StoreFault | undefined {
  const code = error instanceof Error && 'errcode' in error ? Number(error.errcode) : 0;
  const primary = code & 0xff;
  if (primary === codes.full || code === IOERR_SHMSIZE) {
    return {
      message: `the disk of the fleet's store ${file} is full; nothing was changed`,
      hint: 'free some room on it (df says how full it is); the server then goes on by itself',
    };
  }
  if (primary === codes.corrupt || primary === codes.notADatabase) {
    return {
      message: `the fleet's store ${file} is damaged`,
      hint: 'stop the server, keep the file, and put a copy from a backup in its place',
    };
  }
  if (primary === codes.readOnly || primary === codes.cantOpen) {
    return {
      message: `the fleet's store ${file} cannot be written`,
      hint: 'its owner must be whom the server runs as, and its disk be writable; or put a copy from a backup in its place',
    };
  }
  if (primary !== codes.io) return undefined;
  return {
    message: `the disk of the fleet's store ${file} does not read or write as it should; nothing was changed`,
    hint: 'dmesg says what is wrong with the disk; if the file is lost, put a copy from a backup in its place',
  };
}

/** Undefined when there is no such file. */
export function sizeOfFile(file: string): number | undefined {
  try {
    return statSync(file).size;
  } catch (error) {
    return whenMissing(undefined)(error);
  }
}

/** SQLite would take it for a new store, and nobody would know what has become of all hosts. @throws UserError */
export function refuseEmptyFile(file: string): void {
  if (sizeOfFile(file) !== 0) return;
  throw new UserError(`the fleet's store ${file} has 0 bytes: it has lost what was in it; nothing was started`, {
    hint: 'put a copy from a backup in its place; to begin with an empty fleet, remove it',
  });
}

/** A database that has tables, and never was a store. @throws UserError; Error of SQLite when it is no database */
export function refuseForeignFile(file: string): void {
  if (sizeOfFile(file) === undefined) return;
  const raw = new DatabaseSync(file, { readOnly: true });
  const tables = raw.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all();
  raw.close();
  const names = tables.map(({ name }) => String(name));
  if (names.length === 0 || names.includes('kysely_migration')) return;
  throw new UserError(
    `${file} is no store of a fleet, but another database (it has ${names.slice(0, 3).join(', ')}); nothing was changed`,
    { hint: 'move it elsewhere: the server makes its store in this place, or takes a copy from a backup' },
  );
}
