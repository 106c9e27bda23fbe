import type { ErrorRequestHandler, RequestHandler } from 'express';
import { UserError, describeError } from '../../lib/errors.ts';
import { DamagedRowError, isUnreadable } from '../state/machine-row.ts';
import { StateError } from '../state/state-error.ts';
import type { LogOnce } from '../../lib/limited-log.ts';

/** An answer other than 200 that a route gives on purpose. */
export class HttpError extends UserError {
  override readonly name = 'HttpError';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export const notFound: RequestHandler = (request, response) => {
  response.status(404).json({ error: `no such path: ${request.path.slice(0, 200)}` });
};

/** Who reads the answers: anybody on the network is not told where the server keeps its files. */
export type Audience = 'network' | 'administrator';

/**
 * `{error, hint?}` as JSON. 503 means that the same request may succeed later: a machine tries again. What we explain is
 * explained to the client; a defect is logged and stays here.
 */
export function answerErrors(logOnce: LogOnce, audience: Audience): ErrorRequestHandler {
  return (thrown: unknown, request, response, next) => {
    const error = isUnreadable(thrown) && audience === 'network' ? STATE_AWAY : thrown;
    // Trouble with the whole database is logged where it begins.
    if (thrown instanceof DamagedRowError) logOnce(thrown.message, thrown.message, { hint: thrown.hint });
    if (response.headersSent) {
      next(error);
      return;
    }
    const status = statusOf(error);
    if (status >= 500 && !(error instanceof UserError)) {
      const { method, path } = request;
      logOnce(`request ${describeError(error)}`, 'HTTP request failed', { method, path, error: stackOf(error) });
    }
    if (status === 503) response.set('Retry-After', '2');
    // A file's headers are set before its range is looked at.
    for (const name of OF_CONTENT) response.removeHeader(name);
    const message = error instanceof UserError || status < 500 ? describeError(error) : 'internal error; see the log';
    const hint = error instanceof UserError && error.hint !== undefined ? { hint: error.hint } : {};
    response.status(status).json({ error: message, ...hint });
  };
}

const OF_CONTENT = ['Content-Type', 'Cache-Control', 'ETag', 'Last-Modified'] as const;
const STATE_AWAY = new HttpError(503, 'the server cannot record or read its state now; try again later');

function statusOf(error: unknown): number {
  if (error instanceof HttpError) return error.status;
  if (error instanceof StateError) return 503;
  if (error instanceof UserError) return error.exitCode === 2 ? 400 : 409;
  const status = error instanceof Error && 'status' in error ? Number(error.status) : 500;
  return status >= 400 && status < 500 ? status : 500;
}

const stackOf = (error: unknown): string => (error instanceof Error ? (error.stack ?? error.message) : String(error));
