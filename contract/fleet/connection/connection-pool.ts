// Connections to the fleet's server that stay open from one request to the next. In: a place. Out: an agent for http.request(), whose
// connections are TLS to a server that has been recognised. Never: sends anything to another one.
import { Agent } from 'node:http';
import type { Duplex } from 'node:stream';
import { connect } from './connect.ts';
import type { ConnectOptions } from './connect.ts';

/** @param atOnce the most connections; more requests wait for one */
export function createConnectionPool(options: ConnectOptions, atOnce: number): Agent {
  const agent = new Agent({ keepAlive: true, maxSockets: atOnce });
  agent.createConnection = (_, callback) => {
    void handOver(connect(options), callback);
    return undefined;
  };
  return agent;
}

type ConnectionTaker = Parameters<Agent['createConnection']>[1];

async function handOver(connecting: Promise<Duplex>, take: ConnectionTaker): Promise<void> {
  let socket: Duplex;
  try {
    socket = await connecting;
  } catch (error) {
    take?.(error as Error, undefined as unknown as Duplex);
    return;
  }
  take?.(null, socket);
}
