// Tables of a migration, as data. In: names, columns and types. Out: tables of the database. Never: an index.
import type { Kysely } from 'kysely';
import type { ColumnTypes } from '../column-types.ts';

/** Columns by name; the first one is the key. */
type Columns = { readonly [name: string]: keyof ColumnTypes };

/** Columns of `nullable` may be empty. `key`: the columns of a key of more than one. */
type Table = { readonly columns: Columns; readonly nullable?: readonly string[]; readonly key?: readonly string[] };

export type TablesByName = Readonly<Record<string, Table>>;

export async function makeTables(database: Kysely<unknown>, types: ColumnTypes, tables: TablesByName): Promise<void> {
  for (const [name, table] of Object.entries(tables)) await makeTable(database, types, { name, ...table });
}

async function makeTable(
  { schema }: Kysely<unknown>,
  types: ColumnTypes,
  { name, columns, nullable = [], key }: Table & { name: string },
): Promise<void> {
  let table = schema.createTable(name);
  for (const [index, [column, type]] of Object.entries(columns).entries()) {
    table = table.addColumn(column, types[type] as never, (made) => {
      if (index === 0 && key === undefined) return made.primaryKey();
      return nullable.includes(column) ? made : made.notNull();
    });
  }
  if (key !== undefined) table = table.addPrimaryKeyConstraint(`${name}Key`, [...key] as never);
  await table.execute();
}
