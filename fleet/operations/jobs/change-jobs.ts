// Jobs that are made, planned, approved and stopped. In: inputs of operations. Out: their implementations, each with its entry of the
// audit log.
import * as api from '../../../contract/fleet/api/jobs.ts';
import { mayAct } from '../../../contract/fleet/operation.ts';
import type { Actor } from '../../fleet.ts';
import { titleOfAction } from '../../jobs/action-kinds.ts';
import { approveJob, controlJob } from '../../jobs/control-job.ts';
import { chooseHosts } from '../../jobs/choose-hosts.ts';
import { draftJob, dropDraft, finishJob } from '../../jobs/create-job.ts';
import { lockJob } from '../../jobs/job-rows.ts';
import { planJob } from '../../jobs/plan-job.ts';
import { chooseUndo, refuseTwin, requireEnded } from '../../undo/choose-undo.ts';
import { implementChange } from '../implement.ts';
import type { Change } from '../implement.ts';
import { OperationError } from '../operation-error.ts';

const by = (change: Change) => ({ ...change, by: change.actor.name });

export const jobChanges = [
  implementChange(api.createJob, {
    prepare: async (fleet, spec, actor) => {
      if (spec.approval === 'given') requireApprover(actor);
      const hosts = await chooseHosts(fleet, spec);
      return draftJob(fleet, { spec, hosts, by: actor.name, at: fleet.now() });
    },
    run: (change, _spec, draft) => finishJob(change, draft),
    abandon: dropDraft,
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
    prepare: async (fleet, { job }, actor) => {
      const { warnings, ...chosen } = await chooseUndo(fleet, job);
      const draft = await draftJob(fleet, { ...chosen, undoes: job, by: actor.name, at: fleet.now() });
      return { draft, warnings };
    },
    run: async (change, { job }, { draft, warnings }) => {
      requireEnded(await lockJob(change.store, change.transaction, job));
      await refuseTwin(change.transaction, job);
      return { ...(await finishJob(change, draft)), warnings: [...warnings] };
    },
    abandon: (fleet, { draft }) => dropDraft(fleet, draft),
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
