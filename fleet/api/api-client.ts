// The other end of the API. In: a socket, or a URL with a token and a pinned certificate. Out: checked answers, or what the server
// said, as an error for people. Never: sends a token to a server whose certificate is not the pinned one.
import { request as httpRequest } from 'node:http';
import type { IncomingMessage, RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { z } from 'zod';
import { API_PREFIX } from '../../contract/fleet/routes.ts';
import type { Operation } from '../../contract/fleet/operation.ts';
import { UserError } from '../../lib/errors.ts';
import { parseJsonEdge } from '../../lib/parse-edge.ts';
import { explainConnection } from './explain-connection.ts';
import type { FleetServerPlace } from './server-place.ts';
import { socketPathOf } from './server-place.ts';

export type FleetClient = {
  /** @throws UserError with the server's words, or why it was not reached */
  readonly ask: <I extends z.ZodType, O extends z.ZodType>(
    operation: Operation<I, O>,
    input: z.input<I>,
  ) => Promise<z.output<O>>;
};

const TIMEOUT_MS = 120_000;
const MAX_ANSWER_BYTES = 256 * 1024 * 1024;

export function connectToFleet(place: FleetServerPlace): FleetClient {
  return {
    ask: async (operation, input) => {
      const body = operation.changes ? JSON.stringify(input) : undefined;
      const path = `${API_PREFIX}/${operation.name}${operation.changes ? '' : queryOf(input)}`;
      const { status, text } = await exchange(place, path, body).catch((error: unknown) => {
        throw explainConnection(place, error);
      });
      const what = `the server's answer to ${operation.name}`;
      if (status === 200) return parseJsonEdge(operation.output, text, what);
      throw explainRefusal(status, text, what);
    },
  };
}

const errorSchema = z.object({ error: z.string().max(20_000), hint: z.string().max(2000).exactOptional() });
const badInput = new Set([400, 404, 405, 413]);

function explainRefusal(status: number, text: string, what: string): UserError {
  const { error, hint } = parseJsonEdge(errorSchema, text, what);
  return new UserError(error, { exitCode: badInput.has(status) ? 2 : 1, ...(hint === undefined ? {} : { hint }) });
}

/** Values are texts, numbers, booleans and lists of texts; what is undefined is left out. */
function queryOf(input: unknown): string {
  const pairs = Object.entries(input as Record<string, unknown>).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).flatMap((each) => (each === undefined ? [] : [[name, String(each)]])),
  );
  return pairs.length === 0 ? '' : `?${new URLSearchParams(pairs).toString()}`;
}

async function exchange(
  place: FleetServerPlace,
  path: string,
  body: string | undefined,
): Promise<{ status: number; text: string }> {
  const answer = Promise.withResolvers<IncomingMessage>();
  const asked = send(place, { path, method: body === undefined ? 'GET' : 'POST', body }, answer.resolve);
  asked.once('timeout', () => asked.destroy(new Error(`no answer for ${TIMEOUT_MS / 1000} s`)));
  asked.once('error', answer.reject);
  asked.end(body);
  const response = await answer.promise;
  return { status: response.statusCode ?? 0, text: await readText(response) };
}

type Asked = { readonly path: string; readonly method: string; readonly body: string | undefined };

function send(place: FleetServerPlace, { path, method, body }: Asked, onAnswer: (answer: IncomingMessage) => void) {
  const type = body === undefined ? {} : { 'content-type': 'application/json' };
  const options: RequestOptions = { path, method, timeout: TIMEOUT_MS, agent: false };
  if ('stateDir' in place) {
    return httpRequest({ ...options, socketPath: socketPathOf(place.stateDir), headers: type }, onAnswer);
  }
  const { url, token, certificate } = place;
  const headers = { ...type, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) };
  const { hostname, port } = new URL(url);
  const pinned = certificate === undefined ? {} : { ca: certificate };
  const host = hostname.replace(/^\[|\]$/g, '');
  return httpsRequest({ ...options, host, port: port === '' ? 443 : port, headers, ...pinned }, onAnswer);
}

async function readText(response: IncomingMessage): Promise<string> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of response as AsyncIterable<Uint8Array>) {
    length += part.length;
    if (length > MAX_ANSWER_BYTES) throw new Error(`the answer is larger than ${MAX_ANSWER_BYTES} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString();
}
