// The row of a host that nobody knew. In: who it is. Out: a row with nothing reported yet.
import { EMPTY_RECENT } from '../exchange/exchange-token.ts';
import type { HostKind, HostState } from '../../contract/fleet/enrolment.ts';
import type { StoreTransaction } from '../store/open-store.ts';

export type NewHost = {
  readonly id: string;
  readonly name: string;
  readonly publicKey: string;
  readonly kind?: HostKind;
  readonly state: HostState;
  readonly reason: string;
  /** How it came here. */
  readonly origin: 'machdb' | 'token' | 'stranger';
  readonly machineId: string | null;
  readonly site: string;
  readonly createdAt: number;
};

export async function insertHost(transaction: StoreTransaction, host: NewHost): Promise<void> {
  await transaction
    .insertInto('hosts')
    .values({ ...NOTHING_REPORTED, ...host, name: host.name.toLowerCase() })
    .execute();
}

/** The columns of a host of which nothing is known but who it is. */
export const NOTHING_REPORTED = {
  kind: 'host',
  lastSeenAt: null,
  nextDueAt: null,
  relay: '',
  tokenIssued: 1,
  tokenEpoch: 1,
  isReleased: 0,
  recentExchangesJson: EMPTY_RECENT,
  announcedInstalled: '',
  announcedCandidates: '',
  announcedFacts: '',
  packageSystem: '',
  installedSet: null,
  installedDigest: '',
  candidatesSet: null,
  candidatesDigest: '',
  summariesAsked: 0,
  factsJson: null,
  factsDigest: '',
  bootId: '',
  clockOffset: 0,
  messagesReceived: 0,
  tasksPutDown: 0,
  tasksIssued: 0,
  tasksOpen: 0,
} as const;
