// What holds for every HTTP request, whatever its route. In: a request. Out: the same, as the routes expect it, or 405.
import type { Express, RequestHandler } from 'express';
import { HttpError } from './http-errors.ts';

/**
 * `//boot///a` is `/boot/a`, as URLs that are put together from parts have a slash twice. Of a URL with a host
 * only the path counts: there is one site here.
 */
export const mergeSlashes: RequestHandler = (request, _response, next) => {
  const [, path = '', query = ''] = /^(?:https?:\/\/[^/?]*)?([^?]*)(.*)$/is.exec(request.url) ?? [];
  request.url = (path.replaceAll(/\/{2,}/g, '/') || '/') + query;
  next();
};

/**
 * A range is a part of what GET answers, and goes on with what a client has only where that is the same to the byte, which
 * a weak ETag does not say. @see RFC 9110 §14.2, §13.1.5
 */
export const tidyRange: RequestHandler = (request, _response, next) => {
  const isOfWeakEtag = /^\s*W\//.test(request.get('if-range') ?? '');
  if (request.method !== 'GET' || isOfWeakEtag) delete request.headers.range;
  next();
};

/** Who says two hosts means two things, and a proxy in between may have taken the other one. @see RFC 9112 §3.2 */
export const refuseSeveralHosts: RequestHandler = (request, _response, next) => {
  if ((request.headersDistinct.host?.length ?? 0) > 1) throw new HttpError(400, 'a request has one Host');
  next();
};

/** Comes after all routes. @see RFC 9110 §15.5.6 (405), §9.3.7 (OPTIONS) */
export function refuseOtherMethods(app: Express): RequestHandler {
  return (request, response, next) => {
    const allowed = methodsOf(app, request.path);
    if (allowed.length === 0) {
      next();
      return;
    }
    response.set('Allow', [...allowed, 'OPTIONS'].join(', '));
    if (request.method !== 'OPTIONS') throw new HttpError(405, `${request.method} is not a method of this path`);
    response.status(204).end();
  };
}

/** A route's layer as the router has it; its types leave this out. */
type Layer = { readonly match: (path: string) => unknown };

function methodsOf(app: Express, path: string): string[] {
  const methods = app.router.stack
    .filter((layer) => layer.route !== undefined && isMatching(layer as unknown as Layer, path))
    .flatMap(({ route }) => (route?.stack ?? []).map(({ method }) => method.toUpperCase()))
    .flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
  return [...new Set(methods)];
}

function isMatching(layer: Layer, path: string): boolean {
  try {
    return layer.match(path) !== false;
  } catch {
    // A `%` that begins no code: the routes have refused it.
    return false;
  }
}
