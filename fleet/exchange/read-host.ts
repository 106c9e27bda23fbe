// What an exchange needs to know of its host. In: an id. Out: its row, without what is long.
import type { Store, StoreTransaction } from '../store/open-store.ts';

const columns = [
  'id',
  'state',
  'reason',
  'tokenIssued',
  'tokenEpoch',
  'isReleased',
  'recentExchangesJson',
  'announcedInstalled',
  'announcedCandidates',
  'announcedFacts',
  'packageSystem',
  'installedSet',
  'installedDigest',
  'candidatesSet',
  'candidatesDigest',
  'factsDigest',
  'summariesAsked',
  'messagesReceived',
  'tasksPutDown',
  'tasksIssued',
  'tasksOpen',
  'lastSeenAt',
  'clockOffset',
] as const;

export type ExchangeHost = NonNullable<Awaited<ReturnType<typeof readHost>>>;

/** Locked until the transaction ends: of two requests of one host, one waits. */
export const readHost = (store: Store, transaction: StoreTransaction, hostId: string) =>
  store.lockRows(transaction.selectFrom('hosts').select(columns)).where('id', '=', hostId).executeTakeFirst();
