// JSON bodies of requests whose sender is known, within a bounded amount of memory. In: requests. Out: parsed bodies, one
// after the other when they are large. Never: reads a body before it has room for it.
import express from 'express';
import type { Request, RequestHandler, Response } from 'express';
import { HttpError } from './http-errors.ts';

/** Bodies up to this size wait for nobody; connections are bounded. */
const SMALL_BYTES = 64 * 1024;
/** Larger ones that are in memory at one time, unless a single one is larger than that. */
const MAX_BYTES_AT_ONCE = 16 * 1024 * 1024;
const MAX_WAITING = 500;
const MAX_WAIT_MS = 20_000;

export type BodyReader = (maxBytes: number) => RequestHandler<{ id: string }>[];

type Waiting = { readonly bytes: number; readonly go: () => void };

/** Handlers that put a JSON body of at most so many bytes into `request.body`; each machine may have one under way. */
export function createBodyReader(): BodyReader {
  const busy = new Set<string>();
  const waiting: Waiting[] = [];
  let inUse = 0;

  const fits = (bytes: number): boolean => inUse === 0 || inUse + bytes <= MAX_BYTES_AT_ONCE;

  function admit(): void {
    for (let next = waiting[0]; next !== undefined && fits(next.bytes); next = waiting[0]) {
      waiting.shift();
      next.go();
    }
  }

  function enter(request: Request<{ id: string }>, response: Response, bytes: number, next: (error?: unknown) => void) {
    const { id } = request.params;
    if (busy.has(id) || waiting.length >= MAX_WAITING) {
      next(new HttpError(503, 'the server is reading other reports; send this one again in a moment'));
      return;
    }
    busy.add(id);
    let isIn = false;
    const go = (): void => {
      clearTimeout(timer);
      isIn = true;
      inUse += bytes;
      next();
    };
    const entry = { bytes, go };
    const leaveQueue = (): void => {
      const at = waiting.indexOf(entry);
      if (at !== -1) waiting.splice(at, 1);
      admit();
    };
    const timer = setTimeout(() => {
      leaveQueue();
      next(new HttpError(503, `the server had no room for this body for ${MAX_WAIT_MS / 1000} s`));
    }, MAX_WAIT_MS);
    response.once('close', () => {
      clearTimeout(timer);
      busy.delete(id);
      if (isIn) inUse -= bytes;
      leaveQueue();
    });
    if (waiting.length === 0 && fits(bytes)) go();
    else waiting.push(entry);
  }

  return (maxBytes) => [
    (request, response, next) => {
      const bytes = Math.min(Number(request.headers['content-length'] ?? maxBytes), maxBytes);
      if (bytes <= SMALL_BYTES) next();
      else enter(request, response, bytes, next);
    },
    // A few compressed bytes may be many.
    express.json({ limit: maxBytes, inflate: false }),
  ];
}
