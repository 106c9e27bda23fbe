// Schedules. In: inputs of operations. Out: their implementations. Never: makes a job (fleet/schedules/make-scheduled-jobs.ts).
import { done } from '../../../contract/fleet/api/fields.ts';
import * as api from '../../../contract/fleet/api/schedules.ts';
import type { JobSpec } from '../../../contract/fleet/jobs/job.ts';
import { mayAct } from '../../../contract/fleet/operation.ts';
import { resolveSelectors } from '../../classes/resolve-selector.ts';
import type { Fleet } from '../../fleet.ts';
import { titleOfAction } from '../../jobs/action-kinds.ts';
import { readSpec } from '../../schedules/make-scheduled-jobs.ts';
import type { ScheduleRow } from '../../schedules/make-scheduled-jobs.ts';
import { faultOfTimes, nextTime, nextTimes } from '../../schedules/next-time.ts';
import { zonedText } from '../../schedules/wall-clock.ts';
import type { StoreTransaction } from '../../store/open-store.ts';
import { implement, implementChange } from '../implement.ts';
import { OperationError } from '../operation-error.ts';

const SHOWN = 5;

function describe(row: ScheduleRow, nowMs: number) {
  const spec = readSpec(row);
  // Its next one may be due, and not be seen to yet.
  const times = row.pausedBy === '' ? nextTimes(row, Math.min(nowMs, (row.nextAt ?? nowMs) - 1), SHOWN) : [];
  return {
    ...row,
    spec,
    title: titleOfAction(spec.action),
    approves: row.approves === 1,
    despiteRefusals: row.despiteRefusals === 1,
    next: times.map((at) => ({ at, text: zonedText(at, row.zone) })),
  };
}

const list = implement(api.listSchedules, async ({ store: { queries }, now }) => {
  const rows = await queries.selectFrom('schedules').selectAll().orderBy('name').execute();
  return { schedules: rows.map((row) => describe(row, now())) };
});

/** What can be said before its first time; that no host fits is none of it, as hosts come and go. */
async function check(fleet: Fleet, { hosts, rollout: { testFirst, window } }: JobSpec): Promise<void> {
  await resolveSelectors(fleet, testFirst === undefined ? [hosts] : [hosts, testFirst]);
  if (window === undefined) return;
  const found = fleet.store.queries.selectFrom('windows').select('name').where('name', '=', window);
  if ((await found.executeTakeFirst()) !== undefined) return;
  throw new OperationError('bad-input', `there is no window ${window}; nothing was changed`, {
    hint: 'gutinteg fleet window list, gutinteg fleet window save',
  });
}

const save = implementChange(api.saveSchedule, {
  prepare: (fleet, { spec }) => check(fleet, spec),
  run: async ({ transaction, actor, at }, { name, spec, approves, despiteRefusals, ...times }) => {
    const fault = faultOfTimes(times, at);
    if (fault !== undefined) throw new OperationError('bad-input', `${fault}; nothing was changed`);
    if ((approves || spec.approval === 'given') && !mayAct(actor.role, 'approver')) {
      const words = `a schedule whose jobs begin without a look needs the role approver; ${actor.name} is ${actor.role}`;
      throw new OperationError('denied', `${words}; nothing was changed`, {
        hint: 'without --approve its jobs wait for a yes',
      });
    }
    const row = {
      ...times,
      specJson: JSON.stringify(spec),
      approves: approves ? 1 : 0,
      despiteRefusals: despiteRefusals ? 1 : 0,
      savedBy: actor.name,
      savedAt: at,
      nextAt: nextTime(times, at) ?? null,
    };
    await transaction
      .insertInto('schedules')
      .values({ name, ...row, pausedBy: '', lastText: '' })
      .onConflict((conflict) => conflict.column('name').doUpdateSet(row))
      .execute();
    return describe(await needed(transaction, name), at);
  },
  tell: ({ name, cron, zone, spec, approves }) => ({
    subject: name,
    details: { cron, zone, action: titleOfAction(spec.action), of: spec.hosts, approves },
  }),
});

const control = implementChange(api.controlSchedule, {
  run: async ({ transaction, actor, at }, { name, command }) => {
    const row = await needed(transaction, name);
    const isPaused = row.pausedBy !== '';
    if (isPaused === (command === 'pause')) {
      const words = isPaused ? `is paused already, by ${row.pausedBy}` : 'is not paused';
      throw new OperationError('conflict', `schedule ${name} ${words}; nothing was changed`);
    }
    const needsNoYes = row.approves === 1 || readSpec(row).approval === 'given';
    if (isPaused && needsNoYes && row.pausedBy !== actor.name && !mayAct(actor.role, 'approver')) {
      const words = `its jobs begin without a look, and ${row.pausedBy} has paused it; ${actor.name} is ${actor.role}`;
      throw new OperationError(
        'denied',
        `to resume schedule ${name} needs the role approver: ${words}; nothing was changed`,
      );
    }
    // What went by meanwhile was not missed.
    const columns = isPaused ? { pausedBy: '', nextAt: nextTime(row, at) ?? null } : { pausedBy: actor.name };
    await transaction.updateTable('schedules').set(columns).where('name', '=', name).execute();
    return describe({ ...row, ...columns }, at);
  },
  tell: ({ name, command }) => ({ subject: name, details: { command } }),
});

const remove = implementChange(api.removeSchedule, {
  run: async ({ transaction }, { name }) => {
    await needed(transaction, name);
    await transaction.deleteFrom('schedules').where('name', '=', name).execute();
    return done;
  },
  tell: ({ name }) => ({ subject: name }),
});

async function needed(transaction: StoreTransaction, name: string): Promise<ScheduleRow> {
  const row = await transaction.selectFrom('schedules').selectAll().where('name', '=', name).executeTakeFirst();
  if (row !== undefined) return row;
  throw new OperationError('not-found', `there is no schedule ${name}`, { hint: 'gutinteg fleet schedule list' });
}

export const scheduleOperations = [list, save, control, remove];
