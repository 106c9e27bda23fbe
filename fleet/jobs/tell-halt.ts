// A job halts by itself: nobody has asked for it, so it is told where people look afterwards. In: the job, and why. Out: an entry of the
// audit log, and an event of the host that came last of those that failed or got lost. Never: locks anything but the audit log.
import { badStates } from '../../contract/fleet/jobs/job.ts';
import { appendAudit } from '../audit/append-audit.ts';
import { addHostEvent } from '../hosts/host-events.ts';
import type { Store, StoreTransaction } from '../store/open-store.ts';

export type Halt = { readonly job: number; readonly reason: string };

type Context = {
  readonly store: Pick<Store, 'lockRows'>;
  readonly transaction: StoreTransaction;
  /** Milliseconds since 1970. */
  readonly at: number;
};

export async function tellHalt({ store, transaction, at }: Context, { job, reason }: Halt): Promise<void> {
  const rows = transaction.selectFrom('jobHosts').select('host').where('job', '=', job);
  const last = await rows
    .where('state', 'in', [...badStates])
    .orderBy('since', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (last !== undefined) {
    await addHostEvent(transaction, { host: last.host, at, text: `job ${job} has halted by itself: ${reason}` });
  }
  const details = { command: 'halt', why: reason };
  await appendAudit(store, transaction, { at, actor: 'server', action: 'control-job', subject: `job ${job}`, details });
}
