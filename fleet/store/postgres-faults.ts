// What can be wrong with a server of PostgreSQL, in words. In: an error. Out: what it means, with what to do. No message repeats the
// URI, which may have a password in it.
import type { StoreFault } from './explain-faults.ts';

/** Of statements. @see https://www.postgresql.org/docs/15/errcodes-appendix.html */
const FULL = '53100';
const READ_ONLY = '25006';
const damaged: ReadonlySet<string> = new Set(['XX001', 'XX002', '58030']);

/** Undefined for an error that is the statement's own. @param isConnecting there was no connection, whatever the reason */
export function explainPostgresFault(error: unknown, isConnecting = false): StoreFault | undefined {
  if (isConnecting) return awayFault(error);
  if (!(error instanceof Error)) return undefined;
  const code = 'code' in error ? String(error.code) : '';
  if (code === FULL) {
    return {
      message: 'the disk of the PostgreSQL that has the fleet is full; nothing was changed',
      hint: 'free some room on it; the server then goes on by itself',
    };
  }
  if (damaged.has(code)) {
    return {
      message: `the PostgreSQL that has the fleet cannot read or write it: ${error.message}`,
      hint: "PostgreSQL's log says what is wrong",
    };
  }
  if (code === READ_ONLY) {
    return {
      message: 'the PostgreSQL that has the fleet takes no changes: it is a copy of another one, or was set so',
      hint: 'let --database name the one that takes changes',
    };
  }
  return isAway(error, code) ? awayFault(error) : undefined;
}

/** The server is stopping or starting (57P…), has no place for us (53300), or the connection has ended (08…). */
const isAway = ({ message }: Error, code: string): boolean =>
  /^(?:57P0[1-5]|53300|08...|E[A-Z]+)$/.test(code) ||
  /^Connection terminated|is not queryable|timeout exceeded when trying/.test(message);

const awayFault = (error: unknown): StoreFault => ({
  message: `the database of the fleet cannot be reached: ${error instanceof Error ? error.message : String(error)}`,
  hint: 'check --database, and that PostgreSQL is running and lets this user in',
});
