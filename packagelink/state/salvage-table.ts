// The rows of one table that can still be read. In: a damaged database, a sound one with the same table. Out: rows in the
// sound one, and why there are not more. Never: changes the damaged one.
import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import { describeError } from '../../lib/errors.ts';

/** From both ends, as far as each goes: what lies between two damaged pages is lost. */
export function salvageTable(damaged: DatabaseSync, sound: DatabaseSync, table: string): string[] {
  const info = sound.prepare(`PRAGMA table_info(${table})`).all();
  const columns = info.map(({ name }) => String(name)).join(', ');
  const key = info.find(({ pk }) => pk === 1)?.['name'];
  const insert = sound.prepare(
    `INSERT OR REPLACE INTO ${table} (${columns}) VALUES (${columns.replaceAll(/\w+/g, '?')})`,
  );
  const faults = ['ASC', 'DESC'].map((order) => {
    try {
      const select = damaged.prepare(`SELECT ${columns} FROM ${table} ORDER BY ${String(key)} ${order}`);
      select.setReadBigInts(true);
      for (const row of select.iterate()) insert.run(...(Object.values(row) as SQLInputValue[]));
      return undefined;
    } catch (error) {
      return describeError(error);
    }
  });
  const [fault] = faults;
  const isAbsent = fault?.startsWith('no such table') === true && ['packages', 'originals'].includes(table);
  return fault === undefined || isAbsent ? [] : [`a part of the table '${table}': ${fault}`];
}
