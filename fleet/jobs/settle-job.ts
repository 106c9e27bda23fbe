// What follows for a job from a change of its hosts, or from the time. In: a job that the caller has locked. Out: its row. Never:
// decides (decide-job.ts). That it halts is told last (tell-halt.ts): whoever holds the audit log's lock waits for no other.
import { badStates } from '../../contract/fleet/jobs/job.ts';
import type { Queries, Store, StoreTransaction } from '../store/open-store.ts';
import { countOf, decideJob, sumCounts } from './decide-job.ts';
import type { JobStep, RingState } from './decide-job.ts';
import { withSpec } from './job-rows.ts';
import type { Job } from './job-rows.ts';
import { tellHalt } from './tell-halt.ts';
import type { Halt } from './tell-halt.ts';

type Settling = {
  readonly store: Pick<Store, 'lockRows'>;
  readonly transaction: StoreTransaction;
  readonly at: number;
};

/** The caller has locked all of them, and locks no other job afterwards. */
export async function settleJobs(context: Settling, ids: Iterable<number>): Promise<void> {
  const halted: Halt[] = [];
  for (const id of ids) {
    const reason = await settle(context, id);
    if (reason !== undefined) halted.push({ job: id, reason });
  }
  for (const halt of halted) await tellHalt(context, halt);
}

/** @returns why it halts, if it does so now */
async function settle({ transaction, at }: Settling, id: number): Promise<string | undefined> {
  const row = await transaction.selectFrom('jobs').selectAll().where('id', '=', id).executeTakeFirst();
  if (row === undefined) return undefined;
  const job = withSpec(row);
  const rings = await readRings(transaction, id);
  const pardoned = await takeBackPardons(transaction, job, rings);
  const step = decideJob({ ...job, pardoned, rollout: job.spec.rollout, rings }, at);
  if (step === undefined) return undefined;
  await takeStep(transaction, job, { step, at });
  return step.state === 'halted' ? step.reason : undefined;
}

/** A host that was lost has come back: nobody else may fail in its place. @returns how many are pardoned still */
async function takeBackPardons(transaction: StoreTransaction, job: Job, rings: readonly RingState[]): Promise<number> {
  const bad = countOf(sumCounts(rings.map(({ counts }) => counts)), badStates);
  if (bad >= job.pardoned) return job.pardoned;
  await transaction.updateTable('jobs').set({ pardoned: bad }).where('id', '=', job.id).execute();
  return bad;
}

async function takeStep(
  transaction: StoreTransaction,
  job: Job,
  { step: { state = job.state, reason, opens }, at }: { step: JobStep; at: number },
): Promise<void> {
  await transaction
    .updateTable('jobs')
    .set({
      state,
      reason,
      ...(opens === undefined ? {} : { ring: opens }),
      ...(state === 'running' ? { startedAt: job.startedAt ?? at } : {}),
      ...(state === 'done' ? { endedAt: job.endedAt ?? at } : {}),
    })
    .where('id', '=', job.id)
    .execute();
  if (opens === undefined) return;
  const ring = transaction.updateTable('jobRings').set({ openedAt: at }).where('job', '=', job.id);
  await ring.where('ring', '=', opens).execute();
}

/** By their numbers. */
export async function readRings(queries: Queries, job: number): Promise<RingState[]> {
  const rings = await queries
    .selectFrom('jobRings')
    .select(['ring', 'total', 'openedAt', 'lastEndedAt'])
    .where('job', '=', job)
    .orderBy('ring')
    .execute();
  const counts = await queries
    .selectFrom('jobCounts')
    .select(['ring', 'state', 'hosts'])
    .where('job', '=', job)
    .where('hosts', '>', 0)
    .execute();
  return rings.map((ring) => {
    const own = counts.filter((each) => each.ring === ring.ring);
    return { ...ring, counts: Object.fromEntries(own.map(({ state, hosts }) => [state, hosts])) };
  });
}
