// A host's part in a job is over. In: its row, its end and the reason. Out: the row, its counts, and an event of the host, for people.
import { titleOfAction } from './action-kinds.ts';
import type { Job } from './job-rows.ts';
import { moveHost } from './move-host.ts';
import type { HostMove, PlacedHost } from './move-host.ts';
import { addHostEvent } from '../hosts/host-events.ts';
import type { StoreTransaction } from '../store/open-store.ts';

type Ending = { readonly job: Job; readonly row: PlacedHost; readonly change: Omit<HostMove, 'at'> };

/** The caller has locked the job, and settles it afterwards. */
export async function endHost(
  { transaction, at }: { readonly transaction: StoreTransaction; readonly at: number },
  { job, row, change }: Ending,
): Promise<void> {
  await moveHost(transaction, row, { ...change, at });
  const { state, reason } = change;
  const text = `job ${job.id} (${titleOfAction(job.spec.action)}): ${state}${reason === '' ? '' : `: ${reason}`}`;
  await addHostEvent(transaction, { host: row.host, at, text: text.slice(0, 1000) });
}
