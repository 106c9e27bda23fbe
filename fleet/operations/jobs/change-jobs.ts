// Jobs that are made, planned, approved and stopped. In: inputs of operations. Out: their implementations, each with its entry of the
// audit log.
import * as api from '../../../contract/fleet/api/jobs.ts';
import { titleOfAction } from '../../jobs/action-kinds.ts';
import { approveJob, controlJob } from '../../jobs/control-job.ts';
import { chooseHosts, insertJob } from '../../jobs/create-job.ts';
import { planJob } from '../../jobs/plan-job.ts';
import { implementChange } from '../implement.ts';
import type { Change } from '../implement.ts';

const by = (change: Change) => ({ ...change, by: change.actor.name });

export const jobChanges = [
  implementChange(api.createJob, {
    prepare: chooseHosts,
    run: ({ transaction, actor, at }, spec, hosts) => insertJob(transaction, { spec, hosts, by: actor.name, at }),
    tell: ({ action, hosts: of }, { job, hosts }) => ({
      subject: `job ${job}`,
      details: { action: titleOfAction(action), of, hosts },
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
  implementChange(api.controlJob, {
    run: async (change, { job, command, why }) => ({ state: await controlJob(by(change), job, { command, why }) }),
    tell: ({ job, command, why }) => ({
      subject: `job ${job}`,
      details: { command, ...(why === undefined ? {} : { why }) },
    }),
  }),
];
