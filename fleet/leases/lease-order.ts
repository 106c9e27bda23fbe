// A lease: a host gets its order, and may be changing until it has ended. In: a job that is locked, a host whose turn it is. Out: one
// statement raises the job's open leases below its budget, or nothing is given. Never: more leases than the budget, whoever else leases.
import type { PackageChangeRecord } from '../../contract/fleet/jobs/action.ts';
import { readList } from '../inventories/read-list.ts';
import { readAction } from '../jobs/job-rows.ts';
import type { Job, JobHostRow } from '../jobs/job-rows.ts';
import { moveHost } from '../jobs/move-host.ts';
import { makeOrder } from '../orders/make-order.ts';
import { needsCandidates, planAction } from '../orders/plan-action.ts';
import type { Work } from './work.ts';

type Lease = {
  readonly job: Job;
  readonly row: JobHostRow;
  /** Undefined where nothing can be foreseen. */
  readonly plan: { readonly id: number; readonly expected: readonly PackageChangeRecord[] } | undefined;
};

/** @returns whether it was given */
export async function leaseOrder(work: Work, { job, row, plan }: Lease): Promise<boolean> {
  const { fleet, transaction, at, host } = work;
  const { rollout } = job.spec;
  const asked = await readAction(transaction, job, row.variant);
  const action = needsCandidates(asked) ? planAction(asked, await readCandidates(work)) : asked;
  if (action === undefined || !(await openLease(work, job.id))) return false;
  // Until it opens, a host that waits for its window has nothing to say.
  const leaseUntil = Math.max(at, job.windowFrom ?? at) + rollout.leaseSeconds * 1000;
  const task = await work.issue(
    asked.do === 'refresh'
      ? // It needs no right, so hosts without an executor can do it, too.
        { kind: 'refresh' }
      : await makeOrder(
          { fleet, transaction, at },
          {
            host: host.id,
            job: job.id,
            simulate: false,
            action,
            ...(plan === undefined ? {} : { expected: plan.expected }),
            // Once it counts as lost, it is not begun any more.
            endsAt: Math.min(leaseUntil, job.expiresAt),
            ...windowOf(job),
            health: rollout.health,
          },
        ),
  );
  await moveHost(transaction, row, {
    state: 'leased',
    reason: '',
    at,
    leaseUntil,
    task,
    plan: plan?.id ?? null,
    beforeDigest: host.installedDigest,
  });
  return true;
}

const windowOf = ({ windowFrom, windowTo }: Job) =>
  windowFrom === null || windowTo === null ? {} : { window: { fromMs: windowFrom, toMs: windowTo } };

async function openLease({ transaction }: Work, job: number): Promise<boolean> {
  const { numUpdatedRows } = await transaction
    .updateTable('jobs')
    .set(({ eb }) => ({ openLeases: eb('openLeases', '+', 1) }))
    .where('id', '=', job)
    .where('state', '=', 'running')
    .where((eb) => eb('openLeases', '<', eb.ref('budget')))
    .executeTakeFirstOrThrow();
  return numUpdatedRows === 1n;
}

async function readCandidates({ transaction, host }: Work) {
  const list = host.candidatesSet === null ? undefined : await readList(transaction, host.candidatesSet);
  return list?.items ?? [];
}
