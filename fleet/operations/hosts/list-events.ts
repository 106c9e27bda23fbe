import { listEvents } from '../../../contract/fleet/api/hosts.ts';
import { findHost } from '../../hosts/find-host.ts';
import type { Queries } from '../../store/open-store.ts';
import { implement } from '../implement.ts';

/** Of one host, or of all. */
export const newestEvents = implement(listEvents, async ({ store }, { host, ...rest }) => {
  const found = host === undefined ? undefined : await findHost(store.queries, host);
  return { events: await readEvents(store.queries, { ...rest, host: found?.id }) };
});

export function readEvents(
  queries: Queries,
  { host, before, limit }: { host: string | undefined; before?: number; limit: number },
) {
  let rows = queries
    .selectFrom('hostEvents')
    .innerJoin('hosts', 'hosts.id', 'hostEvents.host')
    .select(['hostEvents.id', 'hostEvents.host', 'hosts.name', 'hostEvents.at', 'hostEvents.text']);
  if (host !== undefined) rows = rows.where('hostEvents.host', '=', host);
  if (before !== undefined) rows = rows.where('hostEvents.id', '<', before);
  return rows.orderBy('hostEvents.id', 'desc').limit(limit).execute();
}
