// The opening of its window that a job waits for, or is in. In: a job that nobody else has, or that is locked. Out: columns of its row:
// hosts that check in look at these alone. Never: decides when a window opens (next-window.ts).
import type { Rollout } from '../../contract/fleet/jobs/job.ts';
import type { Job } from '../jobs/job-rows.ts';
import { OperationError } from '../operations/operation-error.ts';
import type { StoreTransaction } from '../store/open-store.ts';
import { NO_WINDOW, nextOpening } from './next-window.ts';
import type { StoredOpening, WindowTimes } from './next-window.ts';

type Context = { readonly transaction: StoreTransaction; readonly at: number };

/** When it is over, the next one; none when its window was taken away. The caller has locked the job. */
export async function moveOpening({ transaction, at }: Context, job: Job): Promise<void> {
  if (job.windowZone === null || at < (job.windowTo ?? at)) return;
  const window = await findWindow(transaction, job.spec.rollout.window ?? '');
  const never = { ...NO_WINDOW, windowZone: job.windowZone };
  await store(transaction, job.id, window === undefined ? never : openingOf(window, job.spec.rollout, at));
}

/** @returns as it is stored @throws OperationError when there is no such window */
export async function setOpening(
  { transaction, at }: Context,
  { id, spec }: Pick<Job, 'id' | 'spec'>,
): Promise<StoredOpening> {
  const { window: name } = spec.rollout;
  if (name === undefined) return NO_WINDOW;
  const window = await findWindow(transaction, name);
  if (window === undefined) {
    throw new OperationError('bad-input', `there is no window ${name}; nothing was changed`, {
      hint: 'gutinteg fleet window list, gutinteg fleet window save',
    });
  }
  const opening = openingOf(window, spec.rollout, at);
  await store(transaction, id, opening);
  return opening;
}

const findWindow = (transaction: StoreTransaction, name: string) =>
  transaction.selectFrom('windows').selectAll().where('name', '=', name).executeTakeFirst();

const store = (transaction: StoreTransaction, id: number, opening: StoredOpening) =>
  transaction.updateTable('jobs').set(opening).where('id', '=', id).execute();

function openingOf(window: WindowTimes, { downloadBeforeSeconds }: Rollout, nowMs: number): StoredOpening {
  const opening = nextOpening(window, nowMs);
  if (opening === undefined) return { ...NO_WINDOW, windowZone: window.zone };
  const { fromMs, toMs } = opening;
  const ordersFrom = fromMs - downloadBeforeSeconds * 1000;
  return { windowFrom: fromMs, ordersFrom, windowTo: toMs, windowZone: window.zone };
}
