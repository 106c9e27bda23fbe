import { UserError } from '../../lib/errors.ts';

/** The value of --patience, in milliseconds. @throws UserError (exit code 2) */
export function patienceMs(text: string): number {
  const seconds = text.trim() === '' ? Number.NaN : Number(text);
  if (seconds >= 0 && Number.isFinite(seconds)) return seconds * 1000;
  throw new UserError(`--patience ${text}: not a number of seconds`, { exitCode: 2 });
}
