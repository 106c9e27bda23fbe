// XML-RPC on a connection. In: HTTP requests. Out: XML, with the status 200 for faults, too, as the specification has it. Bounded:
// bodies, which strangers have small, requests under way. Never: knows methods (answer-call.ts).
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createLimitedLog } from '../../lib/limited-log.ts';
import type { LimitedLog } from '../../lib/limited-log.ts';
import type { Fleet } from '../fleet.ts';
import type { Handler } from '../servers/host-routes.ts';
import { readBody } from '../servers/read-body.ts';
import type { BodyMemory } from '../servers/read-body.ts';
import { createTurns } from '../servers/turns.ts';
import type { Turns } from '../servers/turns.ts';
import { answerCall, explainFault } from './answer-call.ts';
import { findCaller } from './find-caller.ts';
import { privileges } from './method.ts';
import type { SiteCertificates } from './method.ts';
import { RpcFault } from './value.ts';

const MAX_STRANGER_BYTES = 64 * 1024;
/** 5,000 packages. Nobody else is answered while XML is read. */
const MAX_BYTES = 1024 * 1024;
/** Calls that have come whole: slow senders keep nobody out. */
const MAX_UNDER_WAY = 100;
/** Reading XML takes a processor, and a certificate a process of its own. */
const AT_ONCE = 2;

type XmlRpc = {
  readonly fleet: Fleet;
  readonly certificates: SiteCertificates;
  readonly log: LimitedLog;
  readonly memory: BodyMemory;
  readonly turns: Turns;
  underWay: number;
};

type Answer = { readonly status: number; readonly xml: string };

export function createXmlRpcHandler(fleet: Fleet, certificates: SiteCertificates): Handler {
  const log = createLimitedLog(fleet.log);
  const server: XmlRpc = {
    fleet,
    certificates,
    log,
    memory: { heldBytes: 0 },
    turns: createTurns(AT_ONCE),
    underWay: 0,
  };
  return async (request, response) => {
    const answer = await findAnswer(server, request);
    if (answer !== undefined) send(response, answer);
  };
}

/** @returns undefined when the sender has gone */
async function findAnswer(server: XmlRpc, request: IncomingMessage): Promise<Answer | undefined> {
  const { fleet, certificates, memory, log, turns } = server;
  const refused = (status: number, why: string): Answer => {
    return { status, xml: explainFault(new RpcFault('generic', why), log) };
  };
  const isUnwanted = isBusy(server);
  const caller = isUnwanted ? undefined : await findCaller(fleet, request).catch((error: unknown) => ({ error }));
  const isKnown = caller !== undefined && !('error' in caller) && caller.privilege > privileges.anonymous;
  const maxBytes = isKnown ? MAX_BYTES : MAX_STRANGER_BYTES;
  const read = await readBody(request, { maxBytes, memory, isUnwanted });
  if (read.kind === 'gone') return undefined;
  if (read.kind === 'too-large') return refused(413, `the call has more than ${maxBytes} bytes`);
  if (read.kind === 'no-room') return refused(503, BUSY);
  server.underWay += 1;
  try {
    if (caller === undefined || server.underWay > MAX_UNDER_WAY) return refused(503, BUSY);
    if (request.method !== 'POST') return refused(405, 'this path takes POST only');
    const { 'content-type': type = '', 'content-encoding': encoding } = request.headers;
    // So that no form of another page can call anything.
    if (!/^(?:text|application)\/xml\s*(?:;|$)/i.test(type))
      return refused(415, 'the call is not declared as text/xml');
    if (encoding !== undefined) return refused(415, 'a call is not compressed');
    if ('error' in caller) return { status: 200, xml: explainFault(caller.error, log) };
    const xml = await turns(() => answerCall({ fleet, certificates, caller }, read.body, log));
    return { status: 200, xml };
  } finally {
    server.underWay -= 1;
    memory.heldBytes -= read.body.length;
  }
}

const BUSY = 'the server is busy; try again in a minute';
const isBusy = ({ underWay }: XmlRpc): boolean => underWay >= MAX_UNDER_WAY;

function send(response: ServerResponse, { status, xml }: Answer): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, {
    'Content-Type': 'text/xml; charset=utf-8',
    'Content-Length': Buffer.byteLength(xml),
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    ...(status === 405 ? { Allow: 'POST' } : {}),
    ...(status === 503 ? { 'Retry-After': '60' } : {}),
    // The rest of what is too large is not read.
    ...(status === 413 ? { Connection: 'close' } : {}),
  });
  response.end(xml);
}
