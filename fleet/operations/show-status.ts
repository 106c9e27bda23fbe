import { showStatus } from '../../contract/fleet/api/status.ts';
import { implement } from './implement.ts';

/** Counted by the database, not host by host. */
export const countHosts = implement(showStatus, async ({ store, warnings }) => {
  const rows = await store.queries
    .selectFrom('hosts')
    .select(({ fn }) => ['state', fn.countAll<number>().as('count')])
    .groupBy('state')
    .execute();
  const of = (state: string): number => rows.find((row) => row.state === state)?.count ?? 0;
  const none = { upToDate: 0, outdated: 0, securityOutdated: 0, heldBack: 0, broken: 0, rebootNeeded: 0, silent: 0 };
  return {
    warnings: [...warnings()],
    hosts: {
      enrolled: of('enrolled'),
      pending: of('pending'),
      quarantined: of('quarantined'),
      revoked: of('revoked'),
    },
    enrolled: { ...none, unreported: of('enrolled') },
  };
});
