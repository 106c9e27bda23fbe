import pino from 'pino';
import type { Logger } from 'pino';

export type Log = Logger;

/** JSON lines on standard error; `level` is one of pino's, `info` unless given. */
export function createLog(name: string, level = 'info'): Log {
  return pino({ name, level }, pino.destination({ dest: 2, sync: true }));
}
