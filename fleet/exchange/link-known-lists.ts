// Lists that a host announces and that the server has of another host already: they need not travel. In: digests.
// Out: the columns of the host that change.
import type { CheckIn } from '../../contract/fleet/check-in.ts';
import type { ListKind } from '../../contract/fleet/inventory.ts';
import type { StoreTransaction } from '../store/open-store.ts';
import { findList } from '../inventories/store-list.ts';
import type { ExchangeHost } from './read-host.ts';

type ListColumns = Pick<ExchangeHost, 'installedSet' | 'installedDigest' | 'candidatesSet' | 'candidatesDigest'>;

/** Without the package system, which stands in the facts, a digest says nothing yet. */
export async function linkKnownLists(
  transaction: StoreTransaction,
  host: ExchangeHost,
  announced: Pick<CheckIn, ListKind>,
): Promise<ListColumns> {
  const { installedSet, installedDigest, candidatesSet, candidatesDigest, packageSystem: system } = host;
  const now: ListColumns = { installedSet, installedDigest, candidatesSet, candidatesDigest };
  if (system === '') return now;
  if (announced.installed !== installedDigest) {
    const set = await findList(transaction, { kind: 'installed', system, digest: announced.installed });
    if (set !== undefined) Object.assign(now, { installedSet: set, installedDigest: announced.installed });
  }
  if (announced.candidates !== candidatesDigest) {
    const set = await findList(transaction, { kind: 'candidates', system, digest: announced.candidates });
    if (set !== undefined) Object.assign(now, { candidatesSet: set, candidatesDigest: announced.candidates });
  }
  return now;
}
