// SQLite for kysely, with steps that are done whole. In: an open file. Out: a dialect. Never: knows a table.
import { SqliteDialect } from 'kysely';
import type { Dialect, DialectAdapter } from 'kysely';
import type { SqliteFile } from './sqlite-database.ts';

/**
 * Tables are made and changed within a transaction, as SQLite can, and kysely does not expect: a start that is killed in between
 * would leave half of a step, and no start after it would get further.
 */
export function sqliteDialect(database: SqliteFile): Dialect {
  const dialect = new SqliteDialect({ database });
  return {
    createAdapter: () =>
      Object.create(dialect.createAdapter(), { supportsTransactionalDdl: { value: true } }) as DialectAdapter,
    createDriver: () => dialect.createDriver(),
    createIntrospector: (queries) => dialect.createIntrospector(queries),
    createQueryCompiler: () => dialect.createQueryCompiler(),
  };
}
