import type { ErrorRequestHandler, RequestHandler } from 'express';
import { UserError, describeError } from '../../lib/errors.ts';
import type { Log } from '../../lib/log.ts';

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

/** `{error, hint?}` as JSON. What we explain is explained to the client; a defect is logged and stays here. */
export function answerErrors(log: Log): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    if (response.headersSent) {
      next(error);
      return;
    }
    const status = statusOf(error);
    if (status >= 500)
      log.error({ method: request.method, path: request.path, error: stackOf(error) }, 'HTTP request failed');
    const message = error instanceof UserError || status < 500 ? describeError(error) : 'internal error; see the log';
    const hint = error instanceof UserError && error.hint !== undefined ? { hint: error.hint } : {};
    response.status(status).json({ error: message, ...hint });
  };
}

function statusOf(error: unknown): number {
  if (error instanceof HttpError) return error.status;
  if (error instanceof UserError) return error.exitCode === 2 ? 400 : 409;
  const status = error instanceof Error && 'status' in error ? Number(error.status) : 500;
  return status >= 400 && status < 500 ? status : 500;
}

const stackOf = (error: unknown): string => (error instanceof Error ? (error.stack ?? error.message) : String(error));
