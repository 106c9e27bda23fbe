// Schedules whose time has come. In: a fleet. Out: jobs that are being planned, and what became of each time. Several servers may do it at
// once: the row of a schedule is locked, and whoever makes its job moves it on in the same transaction, so each time has one job.
import { jobSpecSchema } from '../../contract/fleet/jobs/job.ts';
import type { JobSpec, JobState } from '../../contract/fleet/jobs/job.ts';
import type { Selectable } from 'kysely';
import { appendAudit } from '../audit/append-audit.ts';
import type { Fleet } from '../fleet.ts';
import { titleOfAction } from '../jobs/action-kinds.ts';
import { chooseHosts } from '../jobs/choose-hosts.ts';
import { draftJob, dropDraft, finishJob } from '../jobs/create-job.ts';
import { planJob } from '../jobs/plan-job.ts';
import { describeWithHint } from '../../lib/errors.ts';
import { parseJsonEdge } from '../../lib/parse-edge.ts';
import { OperationError } from '../operations/operation-error.ts';
import type { StoreTransaction } from '../store/open-store.ts';
import type { Tables } from '../store/tables.ts';
import { decideTurn } from './decide-turn.ts';

export type ScheduleRow = Selectable<Tables['schedules']>;

export const readSpec = ({ name, specJson }: Pick<ScheduleRow, 'name' | 'specJson'>) =>
  parseJsonEdge(jobSpecSchema, specJson, `schedule ${name} of the store`);

export async function makeScheduledJobs(fleet: Fleet): Promise<void> {
  const due = await dueSchedules(fleet.store.queries, fleet.now()).execute();
  for (const schedule of due) {
    try {
      await seeTo(fleet, schedule);
    } catch (error) {
      fleet.log.warn(
        { err: error, schedule: schedule.name },
        'a schedule could not go on; the next try is in some seconds',
      );
    }
  }
}

const dueSchedules = (queries: Fleet['store']['queries'], nowMs: number) =>
  queries.selectFrom('schedules').selectAll().where('pausedBy', '=', '').where('nextAt', '<=', nowMs).orderBy('name');

async function seeTo(fleet: Fleet, seen: ScheduleRow): Promise<void> {
  const spec = readSpec(seen);
  // It takes long, and needs no transaction.
  const chosen = await draft(fleet, seen, spec);
  const made = await fleet.store.transaction(async (transaction) => {
    const row = await lockAsSeen(fleet, transaction, seen);
    if (row === undefined || row.nextAt === null) return undefined;
    const at = fleet.now();
    const unended = await findUnended(transaction, row);
    const turn = decideTurn({ times: row, nextAt: row.nextAt, unended }, at);
    if (turn === undefined) return undefined;
    const said: Made =
      turn.makes && 'draft' in chosen
        ? { lastJob: await make({ fleet, transaction, at }, row, { spec, draft: chosen.draft }), lastText: turn.text }
        : { lastJob: null, lastText: turn.makes && 'why' in chosen ? chosen.why : turn.text };
    const moved = transaction.updateTable('schedules').set({ nextAt: turn.nextAt, lastAt: at, ...said });
    await moved.where('name', '=', row.name).execute();
    return said.lastJob;
  });
  if ('draft' in chosen && chosen.draft !== made) await dropDraft(fleet, chosen.draft);
}

/** The hosts of its next job, written down; or why there are none. */
async function draft(fleet: Fleet, { name: schedule, savedBy: by }: ScheduleRow, spec: JobSpec) {
  try {
    const hosts = await chooseHosts(fleet, spec);
    return { draft: await draftJob(fleet, { spec, hosts, by, at: fleet.now(), schedule }) };
  } catch (error) {
    return whyNot(error);
  }
}

type Made = Pick<ScheduleRow, 'lastJob' | 'lastText'>;
type Context = { readonly fleet: Fleet; readonly transaction: StoreTransaction; readonly at: number };

/** @returns its number; it is being planned */
async function make(
  { fleet, transaction, at }: Context,
  { name: schedule }: ScheduleRow,
  { spec, draft: id }: { readonly spec: JobSpec; readonly draft: number },
): Promise<number> {
  const { store } = fleet;
  const { job, hosts } = await finishJob({ store, transaction, at }, id);
  await planJob(store, transaction, job);
  const details = { action: titleOfAction(spec.action), of: spec.hosts, hosts };
  const entry = { at, actor: `schedule ${schedule}`, action: 'create-job', subject: `job ${job}`, details };
  await appendAudit(store, transaction, entry);
  return job;
}

/** @returns undefined when somebody has saved it anew, paused it or taken it away meanwhile: the hosts are those of before */
async function lockAsSeen(fleet: Fleet, transaction: StoreTransaction, { name, savedAt }: ScheduleRow) {
  const row = transaction.selectFrom('schedules').selectAll().where('name', '=', name).where('pausedBy', '=', '');
  const locked = await fleet.store.lockRows(row).executeTakeFirst();
  return locked?.savedAt === savedAt ? locked : undefined;
}

const over: readonly JobState[] = ['done', 'cancelled'];

/** The newest that it has made, not only begun to make, if it goes on: a job that has halted is not begun anew by its successor. */
async function findUnended(transaction: StoreTransaction, { name }: ScheduleRow) {
  const jobs = transaction.selectFrom('jobs').select(['id', 'state']).where('schedule', '=', name);
  const made = jobs.where('state', 'not in', over).where('total', '>', 0);
  return made.orderBy('id', 'desc').limit(1).executeTakeFirst();
}

/** No host fits, or its window was taken away. */
function whyNot(error: unknown): { readonly why: string } {
  if (error instanceof OperationError) return { why: describeWithHint(error) };
  throw error;
}
