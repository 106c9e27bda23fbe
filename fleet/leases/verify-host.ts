// A host has said that its order is done: is it? In: its newest inventory. Out: done or failed; while its list is not as it should be,
// it is asked to look again, once, as the list may be of before. Never: takes the host's word for it.
import { openStates } from '../../contract/fleet/jobs/job.ts';
import { factsSchema } from '../../contract/fleet/facts.ts';
import { parseJsonEdge } from '../../lib/parse-edge.ts';
import { readNamed } from '../inventories/read-named.ts';
import { decideVerified, verifiedNames } from '../jobs/decide-verified.ts';
import { readChanges, storedResultSchema } from '../jobs/job-rows.ts';
import type { Job, JobHostRow } from '../jobs/job-rows.ts';
import { endHost } from '../jobs/end-host.ts';
import { isInSync } from './work.ts';
import type { Work } from './work.ts';

const verifying = ({ transaction, host }: Work) =>
  transaction
    .selectFrom('jobHosts')
    .where('host', '=', host.id)
    .where('state', 'in', [...openStates, 'lost'])
    .where('resultJson', 'is not', null);

/** Jobs whose end on this host waits for an inventory; each must be locked before `verifyHost`. */
export async function findVerifyingJobs(work: Work): Promise<number[]> {
  const rows = await verifying(work).select('job').execute();
  return rows.map(({ job }) => job);
}

/** Does nothing while a document is on its way. */
export async function verifyHost(work: Work, jobs: ReadonlyMap<number, Job>): Promise<void> {
  if (jobs.size === 0 || !isInSync(work)) return;
  for (const row of await verifying(work).selectAll().execute()) {
    const job = jobs.get(row.job);
    if (job !== undefined) await verify(work, job, row);
  }
}

async function verify(work: Work, job: Job, row: JobHostRow): Promise<void> {
  const fault = await findFault(work, job, row);
  if (fault === undefined) return endHost(work, { job, row, change: { state: 'done', reason: lastWords(row) } });
  if (row.lookTask === null) return lookAgain(work, row);
  if (await isAnswered(work, row.lookTask))
    return endHost(work, { job, row, change: { state: 'failed', reason: fault } });
}

/** What the host had to say of its success. */
const lastWords = ({ resultJson }: JobHostRow): string =>
  parseJsonEdge(storedResultSchema, resultJson ?? '', 'a result of the store').text;

async function findFault(
  { transaction, host }: Work,
  { spec }: Job,
  { plan }: JobHostRow,
): Promise<string | undefined> {
  const planned = transaction
    .selectFrom('jobPlans')
    .select('changesJson')
    .where('id', '=', plan ?? 0);
  const { changesJson = '[]' } = (await planned.executeTakeFirst()) ?? {};
  const asked = { action: spec.action, expected: readChanges(changesJson) };
  const installed = await readNamed(transaction, host.installedSet, verifiedNames(asked));
  const row = await transaction.selectFrom('hosts').select('factsJson').where('id', '=', host.id).executeTakeFirst();
  const facts = parseJsonEdge(factsSchema, row?.factsJson ?? '', 'facts of the store');
  return decideVerified({ ...asked, installed, broken: facts.broken });
}

/** It stays in its state: a lost host opens no lease by it. */
async function lookAgain({ transaction, issue }: Work, { job, host }: JobHostRow): Promise<void> {
  const lookTask = await issue({ kind: 'refresh' });
  await transaction.updateTable('jobHosts').set({ lookTask }).where('job', '=', job).where('host', '=', host).execute();
}

/** Tasks of long ago are dropped. */
async function isAnswered({ transaction }: Work, task: number): Promise<boolean> {
  const row = await transaction.selectFrom('tasks').select('endedAt').where('id', '=', task).executeTakeFirst();
  return row === undefined || row.endedAt !== null;
}
