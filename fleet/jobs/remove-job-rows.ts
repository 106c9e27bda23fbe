// Rows of a job that may be many, taken away some at a time, so that others that write are not kept waiting. In: a job that nobody looks at
// any more, or not yet. Out: none of its rows is left. Never: the job itself.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { sql } from 'kysely';
import type { Store } from '../store/open-store.ts';

const keys = { jobHosts: 'host', jobPlans: 'id', jobVariants: 'variant' } as const;

export type JobRowsTable = keyof typeof keys;

export const jobRowsTables = Object.keys(keys) as readonly JobRowsTable[];

/** Rows of one transaction. */
const ROWS = 2000;

export async function removeJobRows(store: Store, table: JobRowsTable, job: number): Promise<void> {
  while (await removeSome(store, table, job)) await nextTurn();
}

/** @returns whether some may be left */
async function removeSome({ queries }: Store, table: JobRowsTable, job: number): Promise<boolean> {
  const key = sql.ref(keys[table]);
  const some = queries.selectFrom(table).select(key.as('key')).where('job', '=', job).limit(ROWS);
  const removal = queries.deleteFrom(table).where('job', '=', job).where(key, 'in', some);
  const { numDeletedRows } = await removal.executeTakeFirstOrThrow();
  return numDeletedRows === BigInt(ROWS);
}
