// A host in the fleet's store, as if it had enrolled. In: what the test is about. Out: a row.
import type { Insertable } from 'kysely';
import { NOTHING_REPORTED } from '../../fleet/enrolment/new-host.ts';
import type { Store } from '../../fleet/store/open-store.ts';
import type { Tables } from '../../fleet/store/tables.ts';

type HostRow = Insertable<Tables['hosts']>;

/** The row of a host; what is not given is as of one that has just enrolled. */
export const hostRow = (given: Partial<HostRow> & { readonly id: string; readonly name: string }): HostRow => ({
  state: 'enrolled',
  reason: '',
  publicKey: '',
  origin: 'token',
  machineId: null,
  site: '',
  createdAt: 0,
  ...NOTHING_REPORTED,
  ...given,
});

export const addHost = (store: Store, given: Parameters<typeof hostRow>[0]): Promise<unknown> =>
  store.queries.insertInto('hosts').values(hostRow(given)).execute();
