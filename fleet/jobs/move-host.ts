// A host of a job goes from one state to another. In: its row, and what it becomes. Out: the row, the counts, and the lease that is
// closed, changed together. The caller has locked the job; only lease-order.ts opens a lease.
import { sql } from 'kysely';
import type { Updateable } from 'kysely';
import type { JobHostState } from '../../contract/fleet/jobs/job.ts';
import type { StoreTransaction } from '../store/open-store.ts';
import type { Tables } from '../store/tables.ts';
import { isOpen } from './decide-answer.ts';

export type PlacedHost = {
  readonly job: number;
  readonly host: string;
  readonly ring: number;
  readonly state: JobHostState;
};

type Columns = Omit<Updateable<Tables['jobHosts']>, 'job' | 'host' | 'ring' | 'state'>;

export type HostMove = Columns & {
  readonly state: JobHostState;
  readonly reason: string;
  /** Milliseconds since 1970. */
  readonly at: number;
};

export async function moveHost(
  transaction: StoreTransaction,
  { job, host, ring, state: from }: PlacedHost,
  { state, at, ...columns }: HostMove,
): Promise<void> {
  const isMoved = from !== state;
  const { numUpdatedRows } = await transaction
    .updateTable('jobHosts')
    .set({ ...columns, state, ...(isMoved ? { since: at } : {}), ...(isOpen(state) ? {} : { leaseUntil: null }) })
    .where('job', '=', job)
    .where('host', '=', host)
    .where('state', '=', from)
    .executeTakeFirstOrThrow();
  if (numUpdatedRows !== 1n) throw new Error(`host ${host} of job ${job} was not ${from}: the job was not locked`);
  if (isMoved) await countMoved(transaction, { job, ring, from, to: state, hosts: 1, at });
}

export type Moved = {
  readonly job: number;
  readonly ring: number;
  readonly from: JobHostState;
  readonly to: JobHostState;
  readonly hosts: number;
  readonly at: number;
};

/** For rows that one statement has changed. */
export async function countMoved(
  transaction: StoreTransaction,
  { job, ring, from, to, hosts, at }: Moved,
): Promise<void> {
  await transaction
    .insertInto('jobCounts')
    .values([
      { job, ring, state: from, hosts: -hosts },
      { job, ring, state: to, hosts },
    ])
    .onConflict((conflict) =>
      conflict
        .columns(['job', 'ring', 'state'])
        .doUpdateSet({ hosts: sql`${sql.ref('jobCounts.hosts')} + ${sql.ref('excluded.hosts')}` }),
    )
    .execute();
  if (isOpen(from) && !isOpen(to)) {
    await transaction
      .updateTable('jobs')
      .set(({ eb }) => ({ openLeases: eb('openLeases', '-', hosts) }))
      .where('id', '=', job)
      .execute();
  }
  if (isOpen(to)) return;
  await transaction
    .updateTable('jobRings')
    .set({ lastEndedAt: at })
    .where('job', '=', job)
    .where('ring', '=', ring)
    .execute();
}
