// Faults of a database that are nobody's question: its disk is full, it is damaged, it is away. In: a dialect of kysely, and what its
// errors mean. Out: the same dialect, whose errors of that kind are in words; the last of them, until something was stored again.
// Never: takes another error for one of these; repeats a statement.
import type { DatabaseConnection, Dialect, Driver } from 'kysely';
import { UserError } from '../../lib/errors.ts';

export type StoreFault = { readonly message: string; readonly hint: string };

/** The store could not do something, whoever asks. */
export class StoreError extends UserError {
  override readonly name = 'StoreError';
}

export type ExplainedDialect = {
  readonly dialect: Dialect;
  /** Undefined once something could be stored again. `sinceMs` is in milliseconds since 1970. */
  readonly lastFault: () => (StoreFault & { readonly sinceMs: number }) | undefined;
};

/** @param explain undefined for an error that is no such fault; whether it is one of a connection that was not had */
export function explainFaults(
  dialect: Dialect,
  explain: (error: unknown, isConnecting: boolean) => StoreFault | undefined,
  now: () => number = Date.now,
): ExplainedDialect {
  let last: (StoreFault & { sinceMs: number }) | undefined;
  const explained: Explained = async (work, isConnecting = false) => {
    try {
      return await work();
    } catch (error) {
      const fault = explain(error, isConnecting);
      if (fault === undefined) throw error;
      last = { ...fault, sinceMs: last?.sinceMs ?? now() };
      const isSaid = error instanceof Error && fault.message.includes(error.message);
      throw new StoreError(fault.message, { hint: fault.hint, ...(isSaid ? {} : { cause: error }) });
    }
  };
  const whenStored = (): void => {
    last = undefined;
  };
  return {
    lastFault: () => last,
    dialect: {
      createAdapter: () => dialect.createAdapter(),
      createIntrospector: (database) => dialect.createIntrospector(database),
      createQueryCompiler: () => dialect.createQueryCompiler(),
      createDriver: () => explainedDriver(dialect.createDriver(), explained, whenStored),
    },
  };
}

type Explained = <T>(work: () => Promise<T>, isConnecting?: boolean) => Promise<T>;

function explainedDriver(driver: Driver, explained: Explained, whenStored: () => void): Driver {
  const originals = new WeakMap<DatabaseConnection, DatabaseConnection>();
  const originalOf = (connection: DatabaseConnection): DatabaseConnection => originals.get(connection) ?? connection;
  return {
    init: () => driver.init(),
    destroy: () => driver.destroy(),
    async acquireConnection() {
      const original = await explained(() => driver.acquireConnection(), true);
      const connection: DatabaseConnection = {
        executeQuery: (query) => explained(() => original.executeQuery(query)),
        streamQuery: (query, size) => original.streamQuery(query, size),
      };
      originals.set(connection, original);
      return connection;
    },
    releaseConnection: (connection) => driver.releaseConnection(originalOf(connection)),
    beginTransaction: (connection, settings) =>
      explained(() => driver.beginTransaction(originalOf(connection), settings)),
    async commitTransaction(connection) {
      await explained(() => driver.commitTransaction(originalOf(connection)));
      whenStored();
    },
    rollbackTransaction: (connection) => explained(() => driver.rollbackTransaction(originalOf(connection))),
  };
}
