// The yes that an approver gave beforehand. In: a job that a schedule has made and hosts have planned; it is locked. Out: an approved job, or
// the reason why it waits for a person. Never: approves what the schedule as it is now would not, or for somebody who may no longer.
import { appendAudit } from '../audit/append-audit.ts';
import type { Fleet } from '../fleet.ts';
import { approveJob } from '../jobs/control-job.ts';
import { mayApprove } from '../jobs/may-approve.ts';
import type { Job } from '../jobs/job-rows.ts';
import { OperationError } from '../operations/operation-error.ts';
import type { StoreTransaction } from '../store/open-store.ts';

type Context = { readonly fleet: Fleet; readonly transaction: StoreTransaction; readonly at: number };

export async function approveForSchedule({ fleet, transaction, at }: Context, job: Job): Promise<void> {
  const schedules = transaction
    .selectFrom('schedules')
    .selectAll()
    .where('name', '=', job.schedule ?? '');
  const schedule = await schedules.where('approves', '=', 1).where('pausedBy', '=', '').executeTakeFirst();
  // One that was saved since has not said yes to this job.
  if (schedule === undefined || schedule.savedAt > job.createdAt) return;
  const { name, savedBy } = schedule;
  const by = `${savedBy}, by schedule ${name}`;
  try {
    if (!(await mayApprove(transaction, savedBy))) {
      throw new OperationError('denied', `${savedBy}, who saved schedule ${name}, may not approve any more`);
    }
    const despiteRefusals = schedule.despiteRefusals === 1;
    await approveJob({ store: fleet.store, transaction, at, by }, job.id, despiteRefusals);
    const entry = { at, actor: `schedule ${name}`, action: 'approve-job', subject: `job ${job.id}` };
    await appendAudit(fleet.store, transaction, { ...entry, details: { savedBy, despiteRefusals } });
  } catch (error) {
    // Nothing of it was written.
    if (!(error instanceof OperationError)) throw error;
    const reason = `it waits for a person: ${error.message}`;
    if (reason !== job.reason) await transaction.updateTable('jobs').set({ reason }).where('id', '=', job.id).execute();
  }
}
