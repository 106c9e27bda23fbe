// Jobs that are made, planned, approved and stopped. In: inputs of operations. Out: their implementations, each with its entry of the
// audit log.
import * as api from '../../../contract/fleet/api/jobs.ts';
import { mayAct } from '../../../contract/fleet/operation.ts';
import type { Actor } from '../../fleet.ts';
import { titleOfAction } from '../../jobs/action-kinds.ts';
import { approveJob, controlJob } from '../../jobs/control-job.ts';
import { chooseHosts, insertJob } from '../../jobs/create-job.ts';
import { lockJob } from '../../jobs/job-rows.ts';
import { planJob } from '../../jobs/plan-job.ts';
import { chooseUndo, refuseTwin, requireEnded } from '../../undo/choose-undo.ts';
import { implementChange } from '../implement.ts';
import type { Change } from '../implement.ts';
import { OperationError } from '../operation-error.ts';

const by = (change: Change) => ({ ...change, by: change.actor.name });

export const jobChanges = [
  implementChange(api.createJob, {
    prepare: chooseHosts,
    run: ({ transaction, actor, at }, spec, hosts) => {
      if (spec.approval === 'given') requireApprover(actor);
      return insertJob(transaction, { spec, hosts, by: actor.name, at });
    },
    tell: ({ action, hosts: of, approval }, { job, hosts }) => ({
      subject: `job ${job}`,
      details: { action: titleOfAction(action), of, hosts, ...(approval === 'given' ? { approval } : {}) },
    }),
  }),
  implementChange(api.planJob, {
    run: async ({ store, transaction }, { job }) => ({ plans: await planJob(store, transaction, job) }),
    tell: ({ job }, { plans }) => ({ subject: `job ${job}`, details: { plans } }),
  }),
  implementChange(api.approveJob, {
    run: async (change, { job, despiteRefusals }) => ({ state: await approveJob(by(change), job, despiteRefusals) }),
    tell: ({ job, despiteRefusals }) => ({ subject: `job ${job}`, details: { despiteRefusals } }),
  }),
  implementChange(api.undoJob, {
    prepare: (fleet, { job }) => chooseUndo(fleet, job),
    run: async ({ store, transaction, actor, at }, { job }, { warnings, ...chosen }) => {
      requireEnded(await lockJob(store, transaction, job));
      await refuseTwin(transaction, job);
      const made = await insertJob(transaction, { ...chosen, undoes: job, by: actor.name, at });
      return { ...made, warnings: [...warnings] };
    },
    tell: ({ job: undone }, { job, hosts }) => ({ subject: `job ${job}`, details: { undoes: undone, hosts } }),
  }),
  implementChange(api.controlJob, {
    run: async (change, { job, command, why }) => ({ state: await controlJob(by(change), job, { command, why }) }),
    tell: ({ job, command, why }) => ({
      subject: `job ${job}`,
      details: { command, ...(why === undefined ? {} : { why }) },
    }),
  }),
];

function requireApprover({ name, role }: Actor): void {
  if (mayAct(role, api.approveJob.role)) return;
  throw new OperationError('denied', `${name} is ${role}, and cannot approve a job by making it; no job was made`);
}
