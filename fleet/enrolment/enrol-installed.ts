// Machines that gutinteg installed or adopted, as netboot reports them: they are let in without a token. In: machine, name, key.
// Out: their states. The same report changes nothing the second time. Never: lets in a key that was revoked, or overwrites a host.
// Locks: all hosts that the reports are about, in the order of their ids; jobs of former ones after all of them.
import { hostKeySchema, hostNameSchema, idOfKey } from '../../contract/fleet/enrolment.ts';
import type { HostState } from '../../contract/fleet/enrolment.ts';
import { parseEdge } from '../../lib/parse-edge.ts';
import type { Fleet } from '../fleet.ts';
import { endHostJobs } from '../jobs/end-host-jobs.ts';
import { addHostEvent } from '../hosts/host-events.ts';
import { findNameHolder } from '../hosts/find-name-holder.ts';
import type { StoreTransaction } from '../store/open-store.ts';
import { insertHost } from './new-host.ts';

export type InstalledMachine = {
  /** gutinteg's own id of the machine. */
  readonly machineId: string;
  readonly name: string;
  /** 32 bytes in base64url. */
  readonly publicKey: string;
};

export type InstalledHost = { readonly id: string; readonly state: HostState; readonly reason: string };

/** @throws FaultsError for a name or a key that is none */
export async function enrolInstalled(fleet: Fleet, machine: InstalledMachine): Promise<InstalledHost> {
  const { id, name, machineId } = parseMachine(machine);
  const before = await fleet.store.queries.selectFrom('hosts').select(columns).where('id', '=', id).executeTakeFirst();
  // Each machine reports each night; this is what nearly all reports end with.
  if (before !== undefined && isAsReported(before, { name, machineId })) return stateOf(before);
  const [host] = await fleet.store.transaction((transaction) => enrolInstalledWithin(fleet, transaction, [machine]));
  if (host === undefined) throw new Error(`the report of ${name} has no answer`);
  return host;
}

/** @param machines at most some hundred @returns in their order @throws FaultsError for a name or a key that is none */
export async function enrolInstalledWithin(
  fleet: Fleet,
  transaction: StoreTransaction,
  machines: readonly InstalledMachine[],
): Promise<InstalledHost[]> {
  const all = machines.map(parseMachine);
  await lockHosts(fleet, transaction, all);
  const context = { fleet, transaction, at: fleet.now() };
  const [hosts, former]: [InstalledHost[], string[]] = [[], []];
  for (const reported of all) {
    former.push(...(await supersede(context, reported)));
    hosts.push(await record(context, reported));
  }
  await endHostJobs({ ...context, store: fleet.store }, former, 'its machine was installed anew');
  return hosts;
}

/** A check-in locks its host and then jobs; whoever locked a host after a job would wait for it, and it for that job. */
async function lockHosts({ store }: Fleet, transaction: StoreTransaction, all: readonly Reported[]): Promise<void> {
  const ids = all.map(({ id }) => id);
  const machineIds = all.map(({ machineId }) => machineId);
  const hosts = transaction.selectFrom('hosts').select('id').orderBy('id');
  await store.lockRows(hosts.where((eb) => eb.or([eb('id', 'in', ids), eb('machineId', 'in', machineIds)]))).execute();
}

function parseMachine(machine: InstalledMachine): Reported {
  const name = parseEdge(hostNameSchema, machine.name, 'the name of a machine').toLowerCase();
  const publicKey = parseEdge(hostKeySchema, machine.publicKey, `the fleet's key of ${name}`);
  return { id: idOfKey(publicKey), name, publicKey, machineId: machine.machineId };
}

const columns = ['id', 'name', 'state', 'reason', 'machineId'] as const;

type Row = InstalledHost & { readonly name: string; readonly machineId: string | null };
type Reported = { readonly id: string; readonly name: string; readonly publicKey: string; readonly machineId: string };

const stateOf = ({ id, state, reason }: Row): InstalledHost => ({ id, state, reason });

/** What a person has decided stays. */
const isAsReported = (row: Row, { name, machineId }: Pick<Reported, 'name' | 'machineId'>): boolean =>
  row.state === 'revoked' || row.state === 'quarantined' || (row.machineId === machineId && row.name === name);

/** It could not be given its name when it last reported, nor can it now. */
const wasTold = (row: Row, { machineId, reason }: { machineId: string; reason: string }): boolean =>
  reason !== '' && row.reason === reason && row.machineId === machineId;

type Context = { readonly fleet: Fleet; readonly transaction: StoreTransaction; readonly at: number };

async function record({ transaction, at }: Context, reported: Reported): Promise<InstalledHost> {
  const { id, name, machineId } = reported;
  const holder = await findNameHolder(transaction, { name, except: id });
  const reason = holder === undefined ? '' : `the name ${name} is that of host ${holder}`;
  const known = await transaction.selectFrom('hosts').select(columns).where('id', '=', id).executeTakeFirst();
  if (known !== undefined && (isAsReported(known, reported) || wasTold(known, { machineId, reason })))
    return stateOf(known);
  // A host that takes part already goes on under its old name.
  const state = holder === undefined || known?.state === 'enrolled' ? 'enrolled' : 'pending';
  const text = holder === undefined ? `enrolled as the machine ${name}` : `reported as the machine ${name}: ${reason}`;
  if (known === undefined) {
    await insertHost(transaction, { ...reported, state, reason, origin: 'machdb', site: '', createdAt: at });
  } else {
    const kept = holder === undefined ? name : known.name;
    const changes = { state, reason, origin: 'machdb', machineId, name: kept } as const;
    await transaction.updateTable('hosts').set(changes).where('id', '=', id).execute();
  }
  await addHostEvent(transaction, { host: id, at, text });
  return { id, state, reason };
}

/** The machine was installed anew, and has another key now: its former self is gone. @returns the ids of those */
async function supersede({ transaction, at }: Context, { id, machineId }: Reported): Promise<string[]> {
  const former = await transaction
    .selectFrom('hosts')
    .select('id')
    .where('machineId', '=', machineId)
    .where('id', '!=', id)
    .where('state', '!=', 'revoked')
    .execute();
  const reason = `its machine was installed anew, and is host ${id} now`;
  for (const { id: formerId } of former) {
    await transaction.updateTable('hosts').set({ state: 'revoked', reason }).where('id', '=', formerId).execute();
    await addHostEvent(transaction, { host: formerId, at, text: `revoked: ${reason}` });
  }
  return former.map((host) => host.id);
}
