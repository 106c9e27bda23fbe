// What an agent of Network Wide Updates says of its host, stored. In: packages by name and version. Out: the same lists, facts and ends
// of tasks that check-ins make. Never: touches a host that is not enrolled.
import { digestOfFacts } from '../../contract/fleet/facts.ts';
import type { Facts } from '../../contract/fleet/facts.ts';
import { digestOfItems, itemsSchema } from '../../contract/fleet/inventory.ts';
import type { Item, ListKind } from '../../contract/fleet/inventory.ts';
import { parseEdge } from '../../lib/parse-edge.ts';
import { readHost } from '../exchange/read-host.ts';
import type { ExchangeHost } from '../exchange/read-host.ts';
import type { Fleet } from '../fleet.ts';
import { dropOldTasks, endTask } from '../hosts/host-tasks.ts';
import { keyOfItem } from '../inventories/find-items.ts';
import { readList } from '../inventories/read-list.ts';
import { storeList } from '../inventories/store-list.ts';
import type { StoreTransaction } from '../store/open-store.ts';
import { RpcFault } from './value.ts';

type Package = { readonly name: string; readonly version: string; readonly architecture: string };

/** A whole list, or what came and what went by name, or nothing at all, as before the first list. */
export type Packages =
  | { readonly all: readonly Package[] }
  | { readonly added: readonly Package[]; readonly removed: readonly string[] }
  | 'wipe';

/** An agent does not say when it comes again. */
const SILENT_AFTER_MS = 86_400_000;

type Place = { readonly hostId: string; readonly kind: ListKind };

/** @throws RpcFault */
export function storeAgentList(fleet: Fleet, { hostId, kind }: Place, change: Packages): Promise<void> {
  return fleet.store.transaction(async (transaction) => {
    const host = await readEnrolled(fleet, transaction, hostId);
    const { set, digest } = change === 'wipe' ? NO_LIST : await storeChange(fleet, transaction, { host, kind, change });
    const columns =
      kind === 'installed'
        ? { installedSet: set, installedDigest: digest, announcedInstalled: digest }
        : { candidatesSet: set, candidatesDigest: digest, announcedCandidates: digest };
    const ended = kind === 'installed' && set !== null ? await endRefreshes(fleet, transaction, hostId) : 0;
    const now = fleet.now();
    const seen = { lastSeenAt: now, nextDueAt: now + SILENT_AFTER_MS, tasksOpen: host.tasksOpen - ended };
    await transaction
      .updateTable('hosts')
      .set({ ...columns, ...seen })
      .where('id', '=', hostId)
      .execute();
  });
}

const NO_LIST = { set: null, digest: '' };

async function readEnrolled(fleet: Fleet, transaction: StoreTransaction, hostId: string): Promise<ExchangeHost> {
  const host = await readHost(fleet.store, transaction, hostId);
  if (host?.state !== 'enrolled') throw new RpcFault('denied', 'this host does not take part any more');
  return host;
}

type Change = { readonly host: ExchangeHost; readonly kind: ListKind; readonly change: Exclude<Packages, 'wipe'> };

async function storeChange(fleet: Fleet, transaction: StoreTransaction, { host, kind, change }: Change) {
  const { packageSystem: system } = host;
  if (system === '') throw new RpcFault('not-possible', 'create_computer comes first: it says what packages are');
  const former = kind === 'installed' ? host.installedSet : host.candidatesSet;
  const before = former === null ? undefined : await readList(transaction, former);
  const items = changedItems(before?.items ?? [], change);
  const digest = digestOfItems(items);
  const options = { store: fleet.store, transaction, now: fleet.now(), former };
  const stored = await storeList(options, { kind, system, digest, items });
  if (stored.result !== 'stored') throw new RpcFault('invalid-parameters', stored.why);
  return { set: stored.set, digest };
}

/** A package that is there already is not there twice. */
function changedItems(before: readonly Item[], change: Exclude<Packages, 'wipe'>): readonly Item[] {
  const removed = new Set('all' in change ? [] : change.removed);
  const kept = 'all' in change ? [] : before.filter(([name]) => !removed.has(name));
  const added = 'all' in change ? change.all : change.added;
  const items = added.map(({ name, version, architecture }) => [name, architecture, version, '', '']);
  const checked = parseEdge(itemsSchema, items, 'the list of packages');
  return [...new Map([...kept, ...checked].map((item) => [keyOfItem(item), item])).values()];
}

/** Whoever has sent its packages has looked again. @returns how many tasks have ended */
async function endRefreshes(fleet: Fleet, transaction: StoreTransaction, hostId: string): Promise<number> {
  const open = await transaction
    .selectFrom('tasks')
    .select('seq')
    .where('host', '=', hostId)
    .where('kind', '=', 'refresh')
    .where('endedAt', 'is', null)
    .execute();
  for (const { seq } of open) {
    await endTask(transaction, { hostId, message: { kind: 'refreshed', seq, task: seq }, at: fleet.now() });
  }
  if (open.length > 0) await dropOldTasks(transaction, hostId);
  return open.length;
}

const systems: readonly (readonly [Facts['packageSystem'], readonly string[]])[] = [
  ['dpkg', ['debian', 'ubuntu', 'devuan', 'linuxmint', 'raspbian']],
  ['rpm', ['fedora', 'rhel', 'centos', 'rocky', 'almalinux', 'opensuse', 'sles', 'mageia']],
];

type Named = Pick<Facts, 'hostname' | 'os' | 'osVersion'>;

/** Once; afterwards the host is what it said. @returns its id @throws RpcFault */
export function storeAgentFacts(fleet: Fleet, hostId: string, named: Named): Promise<string> {
  const os = named.os.toLowerCase();
  const [packageSystem] = systems.find(([, names]) => names.includes(os)) ?? [];
  if (packageSystem === undefined) {
    const known = systems.flatMap(([, names]) => names).join(', ');
    throw new RpcFault('invalid-parameters', `nobody knows the packages of ${JSON.stringify(os)}; known: ${known}`);
  }
  const facts: Facts = { ...named, os, packageSystem, ...UNTOLD };
  return fleet.store.transaction(async (transaction) => {
    const host = await readEnrolled(fleet, transaction, hostId);
    if (host.factsDigest !== '') throw new RpcFault('not-possible', 'this host has said what it is already');
    const digest = digestOfFacts(facts);
    const columns = { factsJson: JSON.stringify(facts), factsDigest: digest, announcedFacts: digest, packageSystem };
    await transaction.updateTable('hosts').set(columns).where('id', '=', hostId).execute();
    return hostId;
  });
}

/** What Network Wide Updates does not ask. */
const UNTOLD: Omit<Facts, 'hostname' | 'os' | 'osVersion' | 'packageSystem'> = {
  kernel: '',
  architecture: '',
  mode: 'packages',
  agentVersion: 'xml-rpc',
  bootId: '',
  rebootReasons: [],
  broken: [],
  troubles: [],
};
