// What a person is told of an error that nobody expected. In: anything that was thrown. Out: an error with a message.
// Never: shows a trace, unless somebody asks for it.
import { UserError, describeError } from '../lib/errors.ts';
import { isSystemError } from '../lib/when-missing.ts';

/** With this variable in the environment, the trace is shown, too. */
const TRACE = 'GUTINTEG_TRACE';

/** An error of the system says enough by itself; any other is a defect, and there is a way to see where. */
export function explainUnexpected(error: unknown, env: NodeJS.ProcessEnv = process.env): UserError {
  if (error instanceof UserError) return error;
  const stack = error instanceof Error && env[TRACE] !== undefined ? `\n${error.stack}` : '';
  if (isOfSystem(error)) return new UserError(`${describeError(error)}${stack}`);
  const hint = stack === '' ? { hint: `${TRACE}=yes shows where this happens; it is a defect, please report it` } : {};
  return new UserError(`unexpected error: ${describeError(error)}${stack}`, hint);
}

function isOfSystem(error: unknown): boolean {
  return isSystemError(error) || (error as { code?: unknown } | undefined)?.code === 'ERR_SQLITE_ERROR';
}
