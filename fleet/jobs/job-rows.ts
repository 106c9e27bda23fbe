// Jobs as rows of the store. In: a number. Out: the row, with what it is to do. Whoever changes anything of a job, or of a host within
// it, locks its row first. The order of locks is hosts, jobs, audit log, and several of a kind by their ids (docs/fleet.md).
import type { Selectable } from 'kysely';
import { jobSpecSchema } from '../../contract/fleet/jobs/job.ts';
import type { JobSpec } from '../../contract/fleet/jobs/job.ts';
import { orderResultSchema } from '../../contract/fleet/jobs/order-report.ts';
import { actionSchema, packageChangesSchema } from '../../contract/fleet/jobs/action.ts';
import type { Action, PackageChangeRecord } from '../../contract/fleet/jobs/action.ts';
import { parseJsonEdge } from '../../lib/parse-edge.ts';
import { OperationError } from '../operations/operation-error.ts';
import type { Queries, Store, StoreTransaction } from '../store/open-store.ts';
import type { Tables } from '../store/tables.ts';

export type JobRow = Selectable<Tables['jobs']>;
export type Job = JobRow & { readonly spec: JobSpec };
export type JobHostRow = Selectable<Tables['jobHosts']>;
export type JobPlanRow = Selectable<Tables['jobPlans']>;

export const withSpec = (row: JobRow): Job => ({
  ...row,
  spec: parseJsonEdge(jobSpecSchema, row.specJson, `job ${row.id} of the store`),
});

/** @throws OperationError when there is none */
export async function readJob(queries: Queries, id: number): Promise<Job> {
  const row = await queries.selectFrom('jobs').selectAll().where('id', '=', id).executeTakeFirst();
  if (row === undefined) throw noSuchJob(id);
  return withSpec(row);
}

/** No other transaction changes it, or a host within it, until this one ends. @throws OperationError when there is none */
export async function lockJob(store: Pick<Store, 'lockRows'>, transaction: StoreTransaction, id: number): Promise<Job> {
  const job = await lockJobIfThere(store, transaction, id);
  if (job === undefined) throw noSuchJob(id);
  return job;
}

/** @returns undefined for a job that was taken away, as old ones are */
export async function lockJobIfThere(
  store: Pick<Store, 'lockRows'>,
  transaction: StoreTransaction,
  id: number,
): Promise<Job | undefined> {
  const rows = store.lockRows(transaction.selectFrom('jobs').selectAll().where('id', '=', id));
  const row = await rows.executeTakeFirst();
  return row === undefined ? undefined : withSpec(row);
}

const noSuchJob = (id: number): OperationError =>
  new OperationError('not-found', `there is no job ${id}`, { hint: 'gutinteg fleet jobs' });

/** What a host of the job is to do. @param variant of its row */
export async function readAction(queries: Queries, { id, spec }: Job, variant: string): Promise<Action> {
  if (variant === '') return spec.action;
  const rows = queries.selectFrom('jobVariants').select('actionJson').where('job', '=', id);
  const { actionJson } = await rows.where('variant', '=', variant).executeTakeFirstOrThrow();
  return parseJsonEdge(actionSchema, actionJson, `job ${id} of the store`);
}

export const readChanges = (json: string): PackageChangeRecord[] =>
  parseJsonEdge(packageChangesSchema, json, 'changes of the store');

/** Of `resultJson`. */
export const storedResultSchema = orderResultSchema.omit({ changes: true });
