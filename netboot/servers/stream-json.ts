// A JSON object with one long list, sent piece by piece. In: rows that are made while they are sent. Out: the same text
// as of one object. Never: more than some rows of it in memory, however slow the reader is.
import { once } from 'node:events';
import type { Response } from 'express';

const ROWS_AT_ONCE = 100;

/**
 * Sends `{[name]: [...rows], ...rest()}`. Between pieces other requests are answered; `rest`, whose values are JSON texts
 * already, is asked last. Rejects, and cuts the answer off, when a row cannot be made after the first piece was sent.
 */
export async function streamJson(
  response: Response,
  list: { readonly name: string; readonly rows: Iterable<unknown> },
  rest: () => Readonly<Record<string, string>>,
): Promise<void> {
  let piece = `{${JSON.stringify(list.name)}:[`;
  let count = 0;
  for (const row of list.rows) {
    piece += `${count === 0 ? '' : ','}${JSON.stringify(row)}`;
    count += 1;
    if (count % ROWS_AT_ONCE !== 0) continue;
    await write(response, piece);
    if (response.destroyed) return;
    piece = '';
  }
  const members = Object.entries(rest()).map(([name, text]) => `,${JSON.stringify(name)}:${text}`);
  if (!response.headersSent) response.type('application/json');
  response.end(`${piece}]${members.join('')}}`);
}

async function write(response: Response, piece: string): Promise<void> {
  if (!response.headersSent) response.type('application/json');
  if (!response.write(piece)) await Promise.race([once(response, 'drain'), once(response, 'close')]);
  else await new Promise(setImmediate);
}
