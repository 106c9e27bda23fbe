// A document of a host: a list, its facts, or what packages are. In: a document whose signature was right. Out: whether it was
// stored. Only what the host's last check-in announced is stored, so a request that comes late or twice changes nothing.
import type { HostDocument, documentAnswerSchema } from '../../contract/fleet/check-in.ts';
import { digestOfFacts } from '../../contract/fleet/facts.ts';
import type { z } from 'zod';
import type { Fleet } from '../fleet.ts';
import { issuing } from '../hosts/host-tasks.ts';
import { findList, storeList } from '../inventories/store-list.ts';
import type { ReportedList } from '../inventories/store-list.ts';
import { verifyAfterDocument } from '../leases/work-on-jobs.ts';
import type { StoreTransaction } from '../store/open-store.ts';
import { refuse } from './outcome.ts';
import type { Outcome } from './outcome.ts';
import { readHost } from './read-host.ts';
import type { ExchangeHost } from './read-host.ts';
import { refuseState } from './refuse-state.ts';
import { askForSummaries, storeSummaries } from './summaries.ts';

type Answer = Outcome<z.infer<typeof documentAnswerSchema>>;
type OfKind<K> = Extract<HostDocument, { document: K }>;
type ListDocument = Exclude<HostDocument, OfKind<'facts' | 'summaries'>>;

const STORED: Answer = { answer: { result: 'stored' } };
const NOT_WANTED: Answer = { answer: { result: 'not-wanted' } };

/** What was answered as stored is on the disk. */
export function storeDocument(fleet: Fleet, hostId: string, document: HostDocument): Promise<Answer> {
  return fleet.store.transaction(async (transaction) => {
    const host = await readHost(fleet.store, transaction, hostId);
    if (host === undefined || host.state !== 'enrolled') return refuseState(host);
    if (document.document === 'summaries') return takeSummaries(transaction, host, document);
    const answer =
      document.document === 'facts'
        ? await storeFacts(transaction, host, document)
        : await storeHostList(fleet, transaction, { host, document });
    if (answer === STORED) await tellJobs(fleet, transaction, hostId);
    return answer;
  });
}

/** An inventory may be what a job waits for. */
async function tellJobs(fleet: Fleet, transaction: StoreTransaction, hostId: string): Promise<void> {
  const host = await readHost(fleet.store, transaction, hostId);
  if (host === undefined) return;
  const at = fleet.now();
  const counts = { tasksIssued: host.tasksIssued, tasksOpen: host.tasksOpen };
  await verifyAfterDocument({ fleet, transaction, at, host, issue: issuing(transaction, { hostId, counts, at }) });
  if (counts.tasksOpen === host.tasksOpen) return;
  await transaction.updateTable('hosts').set(counts).where('id', '=', hostId).execute();
}

/** Lists of another package system are no lists of this host any more. */
async function storeFacts(
  transaction: StoreTransaction,
  host: ExchangeHost,
  document: OfKind<'facts'>,
): Promise<Answer> {
  const { facts, digest } = document;
  if (digest !== host.announcedFacts) return NOT_WANTED;
  if (digestOfFacts(facts) !== digest) return refuse('bad-request', 'the facts do not have the digest that was named');
  const { packageSystem } = facts;
  const isOther = host.packageSystem !== packageSystem;
  const noLists = { installedSet: null, installedDigest: '', candidatesSet: null, candidatesDigest: '' };
  await transaction
    .updateTable('hosts')
    .set({ factsJson: JSON.stringify(facts), factsDigest: digest, packageSystem, ...(isOther ? noLists : {}) })
    .where('id', '=', host.id)
    .execute();
  return STORED;
}

async function takeSummaries(
  transaction: StoreTransaction,
  { id, packageSystem: system }: ExchangeHost,
  { summaries }: OfKind<'summaries'>,
): Promise<Answer> {
  const areLeft = await storeSummaries(transaction, { hostId: id, system, summaries });
  await transaction
    .updateTable('hosts')
    .set({ summariesAsked: areLeft ? 1 : 0 })
    .where('id', '=', id)
    .execute();
  return STORED;
}

type StoredList = { readonly host: ExchangeHost; readonly document: ListDocument };

async function storeHostList(
  fleet: Fleet,
  transaction: StoreTransaction,
  { host, document }: StoredList,
): Promise<Answer> {
  const { document: kind, digest, base, added, removed } = document;
  const { packageSystem: system } = host;
  const isInstalled = kind === 'installed';
  const announced = isInstalled ? host.announcedInstalled : host.announcedCandidates;
  if (digest !== announced || system === '') return NOT_WANTED;
  if (base === undefined && removed.length > 0) return refuse('bad-request', 'a whole list removes nothing');
  const owner = { kind, system, digest };
  const list: ReportedList = base === undefined ? { ...owner, items: added } : { ...owner, base, added, removed };
  const isKnown = (await findList(transaction, owner)) !== undefined;
  const former = isInstalled ? host.installedSet : host.candidatesSet;
  const stored = await storeList({ store: fleet.store, transaction, now: fleet.now(), former }, list);
  if (stored.result !== 'stored') {
    return stored.result === 'again' ? { answer: { result: 'again' } } : refuse('bad-request', stored.why);
  }
  const columns = isInstalled
    ? { installedSet: stored.set, installedDigest: digest }
    : { candidatesSet: stored.set, candidatesDigest: digest };
  const names = added.map(([name]) => name);
  // Whoever stored the list first was asked what its packages are.
  const asked = isKnown
    ? false
    : await askForSummaries(transaction, { hostId: host.id, system, names, at: fleet.now() });
  await transaction
    .updateTable('hosts')
    .set({ ...columns, ...(asked ? { summariesAsked: 1 } : {}) })
    .where('id', '=', host.id)
    .execute();
  return STORED;
}
