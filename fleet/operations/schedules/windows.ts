// Windows of time. In: inputs of operations. Out: their implementations. A window that is saved anew is so for jobs that wait for it, too,
// within the same transaction: no host begins by the old one.
import { done } from '../../../contract/fleet/api/fields.ts';
import * as api from '../../../contract/fleet/api/windows.ts';
import { lockJob } from '../../jobs/job-rows.ts';
import { unendedJobsWithWindows } from '../../schedules/jobs-with-windows.ts';
import type { WindowedJob } from '../../schedules/jobs-with-windows.ts';
import { faultOfTimes } from '../../schedules/next-time.ts';
import { nextOpenings } from '../../schedules/next-window.ts';
import { setOpening } from '../../schedules/set-opening.ts';
import { zonedText } from '../../schedules/wall-clock.ts';
import type { Tables } from '../../store/tables.ts';
import { implement, implementChange } from '../implement.ts';
import { OperationError } from '../operation-error.ts';
import { schedulesWithWindow } from './schedules-with-window.ts';

const SHOWN = 5;

function describe(window: Tables['windows'], jobs: readonly WindowedJob[], nowMs: number) {
  const openings = nextOpenings(window, nowMs, SHOWN).map(({ fromMs, toMs }) => {
    return { from: fromMs, to: toMs, text: zonedText(fromMs, window.zone) };
  });
  const waiting = jobs.filter((job) => job.window === window.name).map(({ id }) => id);
  return { ...window, openings, isOpen: (openings[0]?.from ?? nowMs + 1) <= nowMs, jobs: waiting };
}

const list = implement(api.listWindows, async ({ store: { queries }, now }) => {
  const windows = await queries.selectFrom('windows').selectAll().orderBy('name').execute();
  const jobs = await unendedJobsWithWindows(queries);
  return { windows: windows.map((window) => describe(window, jobs, now())) };
});

const save = implementChange(api.saveWindow, {
  run: async ({ store, transaction, actor, at }, { name, ...times }) => {
    const fault = faultOfTimes(times, at);
    if (fault !== undefined) throw new OperationError('bad-input', `${fault}; nothing was changed`);
    const row = { ...times, savedBy: actor.name, savedAt: at };
    await transaction
      .insertInto('windows')
      .values({ name, ...row })
      .onConflict((conflict) => conflict.column('name').doUpdateSet(row))
      .execute();
    const jobs = await unendedJobsWithWindows(transaction);
    for (const { id, window } of jobs) {
      if (window === name) await setOpening({ transaction, at }, await lockJob(store, transaction, id));
    }
    return describe({ name, ...row }, jobs, at);
  },
  tell: ({ name, cron, zone, durationSeconds }) => ({ subject: name, details: { cron, zone, durationSeconds } }),
});

const remove = implementChange(api.removeWindow, {
  run: async ({ transaction }, { name }) => {
    const jobs = (await unendedJobsWithWindows(transaction)).filter(({ window }) => window === name);
    if (jobs.length > 0) throw needed(name, `job ${jobs.map(({ id }) => id).join(', ')}`);
    const schedules = await schedulesWithWindow(transaction, name);
    if (schedules.length > 0) throw needed(name, `schedule ${schedules.join(', ')}`);
    const gone = await transaction.deleteFrom('windows').where('name', '=', name).executeTakeFirstOrThrow();
    if (gone.numDeletedRows > 0n) return done;
    throw new OperationError('not-found', `there is no window ${name}`, { hint: 'gutinteg fleet window list' });
  },
  tell: ({ name }) => ({ subject: name }),
});

const needed = (name: string, by: string): OperationError =>
  new OperationError('conflict', `window ${name} is needed by ${by}; nothing was changed`, {
    hint: `gutinteg fleet window save ${name} … says when it opens instead`,
  });

export const windowOperations = [list, save, remove];
