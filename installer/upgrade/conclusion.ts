// How the agent ends: with a conclusion, which may be that something failed, or broken. Only what is broken is replaced by
// the agent before it, so that a full disk must not look like a broken agent.
import { closeSync, openSync, writeSync } from 'node:fs';
import { UserError } from '../../lib/errors.ts';
import { isSystemError } from '../../lib/when-missing.ts';

/**
 * How the agent tells the script that starts it that it came to a conclusion, whichever, and did not break. Until then
 * no program that the agent runs inherits the way to say so: Node opens files for itself alone.
 */
export function openConclusion(): () => void {
  const number = process.env['GUTINTEG_CONCLUDE'];
  delete process.env['GUTINTEG_CONCLUDE'];
  if (number === undefined || !/^[3-9]$/.test(number)) return () => {};
  const own = openSync(`/proc/self/fd/${number}`, 'w');
  closeSync(Number(number));
  return () => {
    writeSync(own, 'concluded\n');
    closeSync(own);
  };
}

/** A refusal of the system, such as ENOSPC or EROFS, as what it is: no defect. Anything else as it was thrown. */
export function explainSystemError(error: unknown): unknown {
  if (error instanceof UserError || !isSystemError(error)) return error;
  return new UserError('the system did not let the run go on; what it has updated so far stays', {
    cause: error,
    hint: 'df -h /var/lib/gutinteg, and the last lines of dmesg',
  });
}
