// Hosts are turned away, or taken out: their part in every job is over. In: their ids, why. Out: rows. The caller has locked the hosts,
// and locks no other one afterwards: jobs come after hosts.
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

/** What they were doing may go on, and counts as lost. */
export async function endHostJobs(context: Context, hosts: readonly string[], reason: string): Promise<void> {
  const { store, transaction } = context;
  if (hosts.length === 0) return;
  const rows = await transaction
    .selectFrom('jobHosts')
    .select('job')
    .distinct()
    .where('host', 'in', hosts)
    .where('state', 'in', ['waiting', ...openStates])
    .orderBy('job')
    .execute();
  for (const { job } of rows) {
    await lockJob(store, transaction, job);
    await leaveJob(context, { job, hosts, reason });
  }
  await settleJobs(
    context,
    rows.map(({ job }) => job),
  );
}

type Leaving = { readonly job: number; readonly hosts: readonly string[]; readonly reason: string };

/** Rows are what they are now only since the job was locked. */
async function leaveJob({ transaction, at }: Context, { job, hosts, reason }: Leaving): Promise<void> {
  const rows = await transaction
    .selectFrom('jobHosts')
    .select(['job', 'host', 'ring', 'state'])
    .where('job', '=', job)
    .where('host', 'in', hosts)
    .where('state', 'in', ['waiting', ...openStates])
    .orderBy('host')
    .execute();
  for (const row of rows) {
    await moveHost(transaction, row, { state: isOpen(row.state) ? 'lost' : 'skipped', reason, at });
  }
}
