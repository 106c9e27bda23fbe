// Connections to PostgreSQL. In: a URI. Out: a pool. Never: connects by itself; knows a table.
import { Pool, types } from 'pg';
import type { PoolConfig } from 'pg';

/** Types of PostgreSQL whose numbers come as text unless somebody says otherwise. */
const INT8 = 20;

/** @param settings more of the server's settings, for each connection */
export function makePool(uri: string, connections: number, settings: PoolConfig = {}): Pool {
  const pool = new Pool({
    connectionString: uri,
    max: connections,
    connectionTimeoutMillis: 10_000,
    // The locks of a server that has vanished without a word are given up.
    idle_in_transaction_session_timeout: 60_000,
    types: {
      getTypeParser: ((oid: number, format?: 'text') =>
        oid === INT8 ? Number : types.getTypeParser(oid, format)) as typeof types.getTypeParser,
    },
    ...settings,
  });
  // A connection that breaks is replaced by the pool. Without listeners it would end the process: the pool's is for connections
  // that nobody has, the connection's for one that breaks between two statements of a transaction, whose next one fails.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  return pool;
}
