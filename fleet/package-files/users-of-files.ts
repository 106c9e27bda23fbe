// What needs package files: jobs that have not ended, and schedules, which make jobs. In: a store. Out: by SHA-256, who needs it. Never: counts
// a job that has ended.
import { jobSpecSchema } from '../../contract/fleet/jobs/job.ts';
import { parseJsonEdge } from '../../lib/parse-edge.ts';
import { filesOfAction } from '../jobs/action-kinds.ts';
import type { Queries } from '../store/open-store.ts';

const HAS_FILES = '%"sha256"%';

/** In words: `job 7`, `schedule nightly`. */
export async function findUsersOfFiles(queries: Queries): Promise<ReadonlyMap<string, readonly string[]>> {
  const jobs = await queries
    .selectFrom('jobs')
    .select(['id', 'specJson'])
    .where('state', 'not in', ['done', 'cancelled'])
    .where('specJson', 'like', HAS_FILES)
    .execute();
  const schedules = await queries
    .selectFrom('schedules')
    .select(['name', 'specJson'])
    .where('specJson', 'like', HAS_FILES)
    .execute();
  const users = new Map<string, string[]>();
  const add = (who: string, specJson: string): void => {
    const { action } = parseJsonEdge(jobSpecSchema, specJson, `${who} of the store`);
    for (const { sha256 } of filesOfAction(action)) users.set(sha256, [...(users.get(sha256) ?? []), who]);
  };
  for (const { id, specJson } of jobs) add(`job ${id}`, specJson);
  for (const { name, specJson } of schedules) add(`schedule ${name}`, specJson);
  return users;
}
