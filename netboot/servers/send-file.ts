// A file of a directory as an HTTP answer, with ranges and conditions. In: a request, a path. Out: the file, or why it was
// not sent. Never: chooses the path; the routes do.
import type { Request, Response } from 'express';
import { HttpError } from './http-errors.ts';

export type FileToSend = {
  readonly root: string;
  readonly path: string;
  /** What is said where there is no such file. */
  readonly missing: string;
  /** Its contents never change. */
  readonly immutable?: boolean;
};

/** `onEnd` is told the error to answer with; undefined when all was sent, `broken` when the connection broke. */
export function sendFile(
  { request, response }: { request: Request; response: Response },
  file: FileToSend,
  onEnd: (end: HttpError | 'broken' | undefined) => void,
): void {
  const caching = file.immutable === true ? { immutable: true, maxAge: '365d' } : { cacheControl: false };
  const options = { root: file.root, dotfiles: 'deny', ...caching } as const;
  response.sendFile(file.path, options, (error: Error | undefined) => {
    if (error === undefined || response.headersSent) onEnd(error === undefined ? undefined : 'broken');
    else if (statusOf(error) === 416 && isSuffix(request.headers.range)) {
      // The last 600 bytes of a shorter file are all of it (RFC 9110 §14.1.2); `send` takes them for none.
      request.headers.range = 'bytes=0-';
      response.removeHeader('Content-Range');
      sendFile({ request, response }, file, onEnd);
    } else onEnd(fileError(error, file.missing));
  });
}

const isSuffix = (range: string | undefined): boolean => /^\s*bytes=\s*-0*[1-9]\d*\s*$/.test(range ?? '');

const statusOf = (error: Error): unknown => ('status' in error ? error.status : undefined);

/**
 * A range or a condition that the file does not meet keeps its own status, so that nobody takes the file for missing.
 * @see RFC 9110 §15.5.17, §15.5.13
 */
function fileError(error: Error, missing: string): HttpError {
  if (statusOf(error) === 416) return new HttpError(416, 'the file has no such range; Content-Range says its size');
  if (statusOf(error) === 412) return new HttpError(412, 'the file is not the one of If-Match or If-Unmodified-Since');
  return new HttpError(404, missing);
}
