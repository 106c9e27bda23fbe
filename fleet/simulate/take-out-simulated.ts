// Simulated hosts, taken out of a server again. In: its API. Out: how many there were. Never: a host whose name only looks like one of
// them: the site, which the enrolment token gave it, must be right, too.
import { listHosts, takeOutHost } from '../../contract/fleet/api/hosts.ts';
import type { FleetClient } from '../api/api-client.ts';
import { SIMULATED_NAME, SIMULATED_SITE } from './population.ts';

const PAGE = 1000;

/** @param onTaken is told how many it is so far */
export async function takeOutSimulated(client: FleetClient, onTaken: (count: number) => void): Promise<number> {
  let taken = 0;
  let after: string | undefined;
  do {
    const page = await client.ask(listHosts, {
      search: `${SIMULATED_NAME}*`,
      limit: PAGE,
      ...(after === undefined ? {} : { after }),
    });
    for (const { id, site } of page.hosts) {
      if (site !== SIMULATED_SITE) continue;
      await client.ask(takeOutHost, { host: id });
      taken += 1;
      onTaken(taken);
    }
    after = page.next;
  } while (after !== undefined);
  return taken;
}
