import { RefusedError } from '../../contract/client.ts';
import { UserError } from '../../lib/errors.ts';
import { WrongBytesError } from '../../packagelink/contents/fetch.ts';

/**
 * Whether a failed installation would fail again in the same way: faults of the description (exit code 2), data that is
 * in danger (exit code 3), bytes of
 * the store that are not the published ones, and what the server refuses. Anything else may go away by itself.
 */
export function isFinal(error: unknown): boolean {
  if (error instanceof RefusedError || error instanceof WrongBytesError) return true;
  if (error instanceof UserError && error.exitCode > 1) return true;
  return error instanceof Error && error.cause !== undefined && isFinal(error.cause);
}
