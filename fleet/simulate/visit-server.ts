// One visit of a simulated host: it asks to be let in if it is new, checks in, and sends what is wanted. In: a host, a connection. Out:
// when it comes again. What it remembers is in the population, as a real host has it on its disk, so that a request that failed
// is repeated with the same nonce. Never: an exception for what a server says or a network does: that is counted.
import { zstdCompressSync } from 'node:zlib';
import type { z } from 'zod';
import { checkInAnswerSchema, documentAnswerSchema, FLEET_PROTOCOL } from '../../contract/fleet/check-in.ts';
import type { CheckIn, CheckInAnswer } from '../../contract/fleet/check-in.ts';
import { enrolmentAnswerSchema, refusalSchema } from '../../contract/fleet/enrolment.ts';
import { hostRoutes } from '../../contract/fleet/routes.ts';
import { requestHeaders, signRequest } from '../../contract/fleet/signed-request.ts';
import { parseJsonEdge } from '../../lib/parse-edge.ts';
import type { SimulatedOrders } from './carry-out-orders.ts';
import type { Connection, Connections } from './connection.ts';
import { SIMULATED_BOOT_ID } from './host-documents.ts';
import type { HostDocuments } from './host-documents.ts';
import { planReaction } from './plan-reaction.ts';
import type { Behaviour, Reaction } from './plan-reaction.ts';
import type { Population } from './population.ts';
import type { Tally } from './tally.ts';

export type Simulation = {
  readonly population: Population;
  readonly documents: HostDocuments;
  readonly orders: SimulatedOrders;
  readonly connections: Connections;
  readonly behaviour: Behaviour;
  /** Lets hosts in that have no exchange token yet. */
  readonly admission: string;
  /** Milliseconds on a clock that goes forward. */
  readonly now: () => number;
  readonly chance: () => number;
};

export type Visit = {
  readonly host: number;
  /** From when the answer is waited for, on the clock of the simulation. */
  readonly dueMs: number;
  readonly tally: Tally;
};

/** `waitSeconds` until the host comes again, as the server says; undefined when it said nothing. */
export type VisitEnd = { readonly isDone: boolean; readonly waitSeconds?: number };

/** As agents do: below this size compression costs more than it saves. */
const COMPRESSED_FROM_BYTES = 2048;
/** A server that always asks for more does not keep a host busy. */
const MAX_ROUNDS = 6;

export async function visitServer(simulation: Simulation, visit: Visit): Promise<VisitEnd> {
  const connection = simulation.connections.open(visit.host);
  try {
    return await talk(simulation, visit, connection);
  } catch (error) {
    visit.tally.error(error instanceof Refused ? error.message : wordsOf(error));
    const waitSeconds = error instanceof Refused ? error.retryAfter : undefined;
    return { isDone: false, ...(waitSeconds === undefined ? {} : { waitSeconds }) };
  } finally {
    connection.end();
  }
}

async function talk(simulation: Simulation, visit: Visit, connection: Connection): Promise<VisitEnd> {
  const { population, behaviour, chance, now } = simulation;
  const { host, tally } = visit;
  const isNew = population.tokenOf(host) === undefined;
  if (isNew) await askToBeLetIn(simulation, visit, connection);
  else if (chance() < behaviour.changes) population.change(host);
  simulation.orders.finish(host, tally.order);
  let waitSeconds = 0;
  let since = isNew ? now() : visit.dueMs;
  for (let round = 1; round <= MAX_ROUNDS; round += 1) {
    const reaction = await checkIn(simulation, { ...visit, dueMs: since }, connection);
    waitSeconds = reaction.waitSeconds;
    let isLeft = reaction.again;
    for (const wanted of reaction.documents) {
      const document = simulation.documents.documentFor(host, wanted);
      const { result } = await post(simulation, connection, {
        host,
        path: hostRoutes.documents,
        value: document,
        schema: documentAnswerSchema,
      });
      if (result === 'stored')
        tally.document('base' in document ? `${document.document}, a difference` : document.document);
      else {
        tally.document(`${document.document}: ${result}`);
        isLeft = true;
      }
    }
    if (!isLeft) break;
    since = now();
  }
  return { isDone: true, waitSeconds };
}

async function askToBeLetIn(simulation: Simulation, { host, tally }: Visit, connection: Connection): Promise<void> {
  const { population, admission } = simulation;
  const { publicKey } = population.meet(host);
  const value = { v: FLEET_PROTOCOL, name: population.nameOf(host), publicKey, token: admission };
  const { token, message } = await post(simulation, connection, {
    host,
    path: hostRoutes.enrol,
    value,
    schema: enrolmentAnswerSchema,
  });
  if (token === undefined) throw new Refused(`not let in: ${message}`);
  population.setToken(host, token);
  tally.enrolled();
}

async function checkIn(
  simulation: Simulation,
  { host, dueMs, tally }: Visit,
  connection: Connection,
): Promise<Reaction> {
  const { population, behaviour, chance, now } = simulation;
  const messages = population.outboxOf(host);
  const answer: CheckInAnswer = await post(simulation, connection, {
    host,
    path: hostRoutes.checkIn,
    value: checkInOf(simulation, host),
    schema: checkInAnswerSchema,
  });
  tally.checkIn(now() - dueMs);
  population.setToken(host, answer.token);
  population.endExchange(host);
  population.acknowledge(host, answer.ack);
  tally.messages(messages.length - population.outboxOf(host).length);
  const reaction = planReaction(answer, population.putDownOf(host), { behaviour, chance });
  if (reaction.putDown !== undefined) population.setPutDown(host, reaction.putDown);
  for (const message of reaction.messages) population.say(host, message);
  for (const order of reaction.orders) simulation.orders.take(host, order, { fates: behaviour, count: tally.order });
  return { ...reaction, again: population.outboxOf(host).length > 0 };
}

function checkInOf({ population, documents }: Simulation, host: number): CheckIn {
  const messages = population.outboxOf(host).slice(0, 50);
  return {
    v: FLEET_PROTOCOL,
    token: population.tokenOf(host) ?? '',
    nonce: population.nonceOf(host),
    ...documents.digestsOf(host),
    boot: SIMULATED_BOOT_ID.slice(0, 8),
    clock: Math.floor(Date.now() / 1000),
    ack: population.putDownOf(host),
    ...(messages.length > 0 ? { messages } : {}),
  };
}

type Post<S extends z.ZodType> = {
  readonly host: number;
  readonly path: string;
  readonly value: unknown;
  readonly schema: S;
};

/** @throws Refused with the server's words */
async function post<S extends z.ZodType>(
  { population }: Simulation,
  connection: Connection,
  { host, path, value, schema }: Post<S>,
): Promise<z.output<S>> {
  const plain = Buffer.from(JSON.stringify(value));
  const isCompressed = plain.length >= COMPRESSED_FROM_BYTES;
  const body = isCompressed ? zstdCompressSync(plain) : plain;
  const hostId = population.idOf(host);
  const headers = {
    'Content-Type': 'application/json',
    'Content-Length': body.length,
    ...(isCompressed ? { 'Content-Encoding': 'zstd' } : {}),
    [requestHeaders.host]: hostId,
    [requestHeaders.signature]: signRequest({ hostId, method: 'POST', path, body }, population.keyOf(host)),
  };
  const { status, text } = await connection.post(path, headers, body);
  if (status === 200) return parseJsonEdge(schema, text, "the server's answer");
  throw refusedBy(status, text);
}

/** The server, or what stands before it, did not do it. */
class Refused extends Error {
  override readonly name = 'Refused';
  readonly retryAfter: number | undefined;

  constructor(message: string, retryAfter?: number) {
    super(message);
    this.retryAfter = retryAfter;
  }
}

function refusedBy(status: number, text: string): Refused {
  const refusal = refusalSchema.safeParse(parseJson(text));
  if (!refusal.success) return new Refused(`the answer was ${status}, and not as a fleet's server answers`);
  const { error, message, retryAfter } = refusal.data;
  return new Refused(`${error}: ${message}`, retryAfter);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The code of the system, which does not name a port of its own as the message may. */
function wordsOf(error: unknown): string {
  const { code, name, message } = error as NodeJS.ErrnoException;
  if (name === 'TimeoutError' || name === 'AbortError') return 'no answer within 30 s';
  return networkWords[code ?? ''] ?? message;
}

const networkWords: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nobody listens at the port of the server',
  ECONNRESET: 'the server, or what stands before it, has ended the connection',
  EPIPE: 'the server, or what stands before it, has ended the connection',
  EHOSTUNREACH: 'there is no way to the server',
  ENETUNREACH: 'there is no way to the server',
  ENOTFOUND: "the server's name is not known",
  EMFILE: 'this computer allows no more open files: ulimit -n',
  EADDRNOTAVAIL: 'this computer has no more free ports',
  DEPTH_ZERO_SELF_SIGNED_CERT: "the server's certificate is not trusted: give it with --certificate",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "the server's certificate is not trusted: give it with --certificate",
  ERR_TLS_CERT_ALTNAME_INVALID: "the server's certificate is not for this name",
};
