// Why an operation was not done, where a program must be able to tell. In: a kind and words. Out: an error for people.
import { UserError } from '../../lib/errors.ts';

export type ErrorKind = 'bad-input' | 'unauthenticated' | 'denied' | 'not-found' | 'conflict' | 'too-many';

/** As any UserError. The API makes an HTTP status of its kind, XML-RPC a fault code. */
export class OperationError extends UserError {
  override readonly name = 'OperationError';
  readonly kind: ErrorKind;

  constructor(kind: ErrorKind, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, { ...options, exitCode: kind === 'bad-input' || kind === 'not-found' ? 2 : 1 });
    this.kind = kind;
  }
}
