// A host is turned away, or taken out: its part in every job is over. In: its id, why. Out: rows. The caller has locked the host.
import { openStates } from '../../contract/fleet/jobs/job.ts';
import type { Store, StoreTransaction } from '../store/open-store.ts';
import { isOpen } from './decide-answer.ts';
import { lockJob } from './job-rows.ts';
import { moveHost } from './move-host.ts';
import { settleJobs } from './settle-job.ts';

type Context = {
  readonly store: Pick<Store, 'lockRows'>;
  readonly transaction: StoreTransaction;
  readonly at: number;
};

/** What it was doing may go on, and counts as lost. */
export async function endHostJobs({ store, transaction, at }: Context, host: string, reason: string): Promise<void> {
  const rows = await transaction
    .selectFrom('jobHosts')
    .select(['job', 'host', 'ring'])
    .where('host', '=', host)
    .where('state', 'in', ['waiting', ...openStates])
    .orderBy('job')
    .execute();
  const moved: number[] = [];
  for (const { job: id } of rows) {
    await lockJob(store, transaction, id);
    // It is what it is now only since the job was locked.
    const now = transaction.selectFrom('jobHosts').select(['job', 'host', 'ring', 'state']).where('job', '=', id);
    const row = await now.where('host', '=', host).executeTakeFirst();
    if (row === undefined || (row.state !== 'waiting' && !isOpen(row.state))) continue;
    await moveHost(transaction, row, { state: isOpen(row.state) ? 'lost' : 'skipped', reason, at });
    moved.push(id);
  }
  await settleJobs({ store, transaction, at }, moved);
}
