// The API on a connection. In: HTTP requests. Out: JSON, with headers that let no browser make anything else of it. Bounded:
// bodies, requests under way. Never: knows operations (answer-request.ts), or lets pages of other origins in.
import type { IncomingMessage } from 'node:http';
import { createLimitedLog } from '../../lib/limited-log.ts';
import type { LimitedLog } from '../../lib/limited-log.ts';
import type { Actor, Fleet } from '../fleet.ts';
import { sendJson } from '../servers/host-routes.ts';
import type { Handler } from '../servers/host-routes.ts';
import { readBody } from '../servers/read-body.ts';
import type { BodyMemory } from '../servers/read-body.ts';
import { answerRequest } from './answer-request.ts';
import type { ApiAnswer } from './answer-request.ts';

/** A part of a package file has 1.4 MB as text. */
const MAX_BODY_BYTES = 2 * 1024 * 1024;
const MAX_UNDER_WAY = 100;

const safeHeaders = {
  'X-Content-Type-Options': 'nosniff',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Referrer-Policy': 'no-referrer',
} as const;

/** Who asks, by the request's headers, or by the door that it came through. @throws OperationError */
export type Identify = (request: IncomingMessage) => Promise<Actor>;

type Api = {
  readonly fleet: Fleet;
  readonly identify: Identify;
  readonly log: LimitedLog;
  readonly memory: BodyMemory;
  underWay: number;
};

/** Answers any path. */
export function createApiHandler(fleet: Fleet, identify: Identify): Handler {
  const api: Api = { fleet, identify, log: createLimitedLog(fleet.log), memory: { heldBytes: 0 }, underWay: 0 };
  return async (request, response) => {
    const answer = await findAnswer(api, request);
    if (answer === undefined) return;
    const headers = { ...safeHeaders, ...answer.headers };
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    sendJson(response, answer.status, answer.value);
  };
}

/** Requests count from when they have come whole: slow senders keep nobody out. */
const isBusy = ({ underWay }: Api): boolean => underWay >= MAX_UNDER_WAY;

/** @returns undefined when the sender has gone */
async function findAnswer(api: Api, request: IncomingMessage): Promise<ApiAnswer | undefined> {
  const { memory } = api;
  const wasBusy = isBusy(api);
  const read = await readBody(request, { maxBytes: MAX_BODY_BYTES, memory, isUnwanted: wasBusy });
  if (read.kind === 'gone') return undefined;
  if (read.kind === 'too-large') {
    return { status: 413, value: { error: `the body has more than ${MAX_BODY_BYTES} bytes` } };
  }
  if (read.kind === 'no-room') return busy;
  try {
    // Its bytes are gone if the server was busy when they came.
    return wasBusy || isBusy(api) ? busy : await answerWhole(api, request, read.body);
  } finally {
    memory.heldBytes -= read.body.length;
  }
}

async function answerWhole(api: Api, request: IncomingMessage, body: Uint8Array): Promise<ApiAnswer> {
  const { fleet, identify, log } = api;
  const { method = '', url: path = '', headers } = request;
  const contentType = headers['content-type'] ?? '';
  api.underWay += 1;
  try {
    return await answerRequest(fleet, { method, path, contentType, body, identify: () => identify(request) }, log);
  } finally {
    api.underWay -= 1;
  }
}

const busy: ApiAnswer = {
  status: 503,
  value: { error: 'the server is busy', hint: 'try again in a minute' },
  headers: { 'Retry-After': '60' },
};
