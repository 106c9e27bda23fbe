// Connections of simulated hosts to servers: TLS to a server that is recognised, HTTP in it. In: servers, and whether each host has a
// connection of its own, as agents do, or all share some that stay open, as behind a proxy or a relay. Out: requests and their
// answers. Bytes are counted as they travel, TLS included. Never: repeats a request.
import { Agent, request } from 'node:http';
import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { connect as connectTcp, isIP } from 'node:net';
import type { Socket } from 'node:net';
import type { SecureContext } from 'node:tls';
import { connect as connectTls, createSecureContext } from 'node:tls';

export type SimulatedServer = {
  /** `https://HOST:PORT`. */
  readonly url: string;
  /** PEM; without it, the authorities that this computer trusts. */
  readonly certificate?: string;
};

/** Since the beginning; bytes as they travel, TLS included. */
export type Traffic = { readonly sentBytes: number; readonly receivedBytes: number; readonly connections: number };

type Answer = { readonly status: number; readonly text: string };

export type Connection = {
  /** @throws Error of the network */
  readonly post: (path: string, headers: OutgoingHttpHeaders, body: Uint8Array) => Promise<Answer>;
  /** The host has said all. */
  readonly end: () => void;
};

export type Connections = {
  /** @param host whose turn it is: hosts are spread over the servers */
  readonly open: (host: number) => Connection;
  readonly traffic: () => Traffic;
  readonly close: () => void;
};

export type ConnectionOptions = {
  readonly servers: readonly SimulatedServer[];
  /** How many connections to each server all hosts share; without it, each host opens its own and closes it. */
  readonly shared?: number;
};

const TIMEOUT_MS = 30_000;
const MAX_ANSWER_BYTES = 4 * 1024 * 1024;

export function createConnections({ servers, shared }: ConnectionOptions): Connections {
  const { count, traffic } = createByteCount();
  const places = servers.map((server): Place => ({ ...server, context: contextOf(server), count }));
  const agents = shared === undefined ? undefined : places.map((place) => createAgent(place, shared));
  return {
    open(host) {
      const at = host % servers.length;
      const place = places[at];
      if (place === undefined) throw new Error('there is no server');
      const agent = agents?.[at] ?? createAgent(place, 1);
      const { host: name } = new URL(place.url);
      return {
        post: (path, headers, body) => post({ agent, path, headers: { Host: name, ...headers }, body }),
        end: () => {
          if (agents === undefined) agent.destroy();
        },
      };
    },
    traffic,
    close: () => {
      for (const agent of agents ?? []) agent.destroy();
    },
  };
}

type Place = SimulatedServer & { readonly context: SecureContext; readonly count: CountBytes };

/** Made once, as it takes longer than a connection. */
const contextOf = ({ certificate }: SimulatedServer): SecureContext =>
  createSecureContext({ minVersion: 'TLSv1.2', ...(certificate === undefined ? {} : { ca: certificate }) });

/** Node's own pool. A new one has no TLS session to resume, as a program that has just started has none. */
function createAgent({ url, context, count }: Place, maxSockets: number): Agent {
  const agent = new Agent({ keepAlive: true, maxSockets });
  const { hostname, port } = new URL(url);
  const host = hostname.replace(/^\[|\]$/g, '');
  agent.createConnection = () => {
    const plain = connectTcp({ host, port: Number(port || '443') });
    count(plain);
    return connectTls({
      socket: plain,
      ...(isIP(host) === 0 ? { servername: host } : {}),
      secureContext: context,
      host,
    });
  };
  return agent;
}

type CountBytes = (socket: Socket) => void;

/** A shared connection stays open for a whole run, so those that are open are asked. */
function createByteCount(): { readonly count: CountBytes; readonly traffic: () => Traffic } {
  const open = new Set<Socket>();
  const ended = { sentBytes: 0, receivedBytes: 0, connections: 0 };
  return {
    count(socket) {
      ended.connections += 1;
      open.add(socket);
      socket.once('close', () => {
        open.delete(socket);
        ended.sentBytes += socket.bytesWritten;
        ended.receivedBytes += socket.bytesRead;
      });
    },
    traffic() {
      const sum = { ...ended };
      for (const { bytesWritten, bytesRead } of open) {
        sum.sentBytes += bytesWritten;
        sum.receivedBytes += bytesRead;
      }
      return sum;
    },
  };
}

type Post = {
  readonly agent: Agent;
  readonly path: string;
  readonly headers: OutgoingHttpHeaders;
  readonly body: Uint8Array;
};

async function post({ agent, path, headers, body }: Post): Promise<Answer> {
  const answered = Promise.withResolvers<IncomingMessage>();
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const asked = request({ method: 'POST', path, headers, agent, signal }, answered.resolve);
  asked.once('error', answered.reject);
  asked.end(body);
  const answer = await answered.promise;
  return { status: answer.statusCode ?? 0, text: await readText(answer) };
}

async function readText(answer: IncomingMessage): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of answer as AsyncIterable<Uint8Array>) {
    size += part.length;
    if (size > MAX_ANSWER_BYTES) throw new Error('the answer has more than 4 MiB');
    parts.push(part);
  }
  return Buffer.concat(parts).toString();
}
