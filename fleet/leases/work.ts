// What the parts of a check-in that are about jobs share. In: nothing. Out: its shape.
import type { NewTask } from '../../contract/fleet/tasks.ts';
import type { Fleet } from '../fleet.ts';
import type { ExchangeHost } from '../exchange/read-host.ts';
import type { StoreTransaction } from '../store/open-store.ts';

/** One request of a host. The host's row is locked. */
export type Work = {
  readonly fleet: Fleet;
  readonly transaction: StoreTransaction;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** As it is after the lists of this request. */
  readonly host: ExchangeHost;
  /** Gives the host a task. @returns the id of its row */
  readonly issue: (task: NewTask) => Promise<number>;
};

/** What the host last said that it has is what the server has of it. */
export const isInSync = ({ host }: Pick<Work, 'host'>): boolean =>
  host.installedDigest === host.announcedInstalled &&
  host.candidatesDigest === host.announcedCandidates &&
  host.factsDigest === host.announcedFacts;
