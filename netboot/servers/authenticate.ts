// Which token a request carries, and whose it is.
import type { Request, RequestHandler } from 'express';
import { z } from 'zod';
import { authenticate, ownerOfToken } from '../machines/attempts.ts';
import type { TokenOwner } from '../machines/attempts.ts';
import type { Machines } from '../machines/machines.ts';
import { HttpError } from './http-errors.ts';

export const WRONG_TOKEN =
  'this is not the token of the latest attempt; a newer boot of this machine may have replaced it';

/** Whose token the request has. @throws HttpError 401 when it has none, or none of this machine */
export function authenticated(machines: Machines, request: Request<{ id: string }>): TokenOwner {
  const token = bearerToken(request);
  if (token === undefined) throw new HttpError(401, 'needs Authorization: Bearer with the token of the attempt');
  const { id } = request.params;
  const isId = z.uuid().safeParse(id).success;
  // Whoever asks for the head alone has not begun anything.
  const ask = request.method === 'HEAD' ? ownerOfToken : authenticate;
  const from = isId ? ask(machines, id, token) : undefined;
  if (from === undefined) throw new HttpError(401, WRONG_TOKEN);
  return from;
}

/** Lets a request pass that has the token of the machine's latest attempt; asked before a body is read. */
export function requireAttempt(machines: Machines): RequestHandler<{ id: string }> {
  return (request, _response, next) => {
    checkAttempt(machines, request);
    next();
  };
}

/** The same, or the token of a system that a medium has installed: it tells later how that went. */
export function requireInstaller(machines: Machines): RequestHandler<{ id: string }> {
  return (request, _response, next) => {
    if (authenticated(machines, request) === 'system') throw new HttpError(401, WRONG_TOKEN);
    next();
  };
}

/** @throws HttpError 401 when the request does not have the token of the machine's latest attempt */
export function checkAttempt(machines: Machines, request: Request<{ id: string }>): void {
  if (authenticated(machines, request) !== 'attempt') throw new HttpError(401, WRONG_TOKEN);
}

/** The token of a request, empty where the header is something else; undefined without one. */
export function bearerToken(request: Pick<Request, 'get'>): string | undefined {
  const header = request.get('authorization');
  return header === undefined ? undefined : (/^Bearer ([0-9a-f]{64})$/i.exec(header)?.[1] ?? '');
}
