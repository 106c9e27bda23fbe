// Whether a check-in can be about a job at all, asked before its transaction: what gives or ends a lease must be on the disk, and most
// check-ins need not be. In: a host. Out: yes or no. Never: locks anything.
import { openStates } from '../../contract/fleet/jobs/job.ts';
import type { Queries } from '../store/open-store.ts';

/** A no may be of a moment ago; then the next check-in has the work. */
export async function mayHaveWork(queries: Queries, hostId: string, nowMs: number): Promise<boolean> {
  const row = await queries
    .selectFrom('jobHosts')
    .innerJoin('jobs', 'jobs.id', 'jobHosts.job')
    .select('jobHosts.job')
    .where('jobHosts.host', '=', hostId)
    .where('jobHosts.state', 'in', ['waiting', 'lost', ...openStates])
    .where((eb) => {
      const isWaiting = eb('jobHosts.state', '=', 'waiting');
      const isItsTurn = eb('jobHosts.ring', '<=', eb.ref('jobs.ring'));
      const isRoom = eb('jobs.openLeases', '<', eb.ref('jobs.budget'));
      const isInWindow = eb.or([
        eb('jobs.windowZone', 'is', null),
        eb.and([eb('jobs.ordersFrom', '<=', nowMs), eb('jobs.windowTo', '>', nowMs)]),
      ]);
      return eb.or([
        eb('jobHosts.state', 'in', [...openStates]),
        eb.and([eb('jobHosts.state', '=', 'lost'), eb('jobHosts.resultJson', 'is not', null)]),
        eb.and([isWaiting, eb('jobs.state', '=', 'planning')]),
        eb.and([isWaiting, eb('jobs.state', '=', 'running'), isItsTurn, isRoom, isInWindow]),
      ]);
    })
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}
