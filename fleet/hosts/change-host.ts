// What people decide about a host. In: a transaction, a host's id, who says so. Out: the row changed, and an event of it.
// Never: asks whether the person may (fleet/api/), or writes the audit log.
import { UserError } from '../../lib/errors.ts';
import { hostNameSchema } from '../../contract/fleet/enrolment.ts';
import type { HostState } from '../../contract/fleet/enrolment.ts';
import { parseEdge } from '../../lib/parse-edge.ts';
import { EMPTY_RECENT } from '../exchange/exchange-token.ts';
import type { Store, StoreTransaction } from '../store/open-store.ts';
import { endHostJobs } from '../jobs/end-host-jobs.ts';
import { addHostEvent } from './host-events.ts';
import { findNameHolder } from './find-name-holder.ts';

export type HostChange = {
  readonly store: Store;
  readonly transaction: StoreTransaction;
  readonly hostId: string;
  /** Who decided, for the host's events. */
  readonly by: string;
  /** Milliseconds since 1970. */
  readonly at: number;
};

/** A host that waits is let in. @throws UserError when it does not wait, or another has its name */
export async function approveHost(change: HostChange): Promise<void> {
  const host = await needHost(change, ['pending']);
  await needName(change, host.name);
  await setState(change, { state: 'enrolled', reason: '' }, `approved by ${change.by}`);
}

/** It is told so at its next check-in, and may never come back with this key. @throws UserError for no host */
export async function revokeHost(change: HostChange, reason: string): Promise<void> {
  await needHost(change, ['pending', 'enrolled', 'quarantined']);
  await setState(change, { state: 'revoked', reason }, `revoked by ${change.by}: ${reason}`);
  await endHostJobs(change, [change.hostId], 'it was revoked');
}

/**
 * Lets a host in anew: one that is quarantined, or one that has lost its state. The first machine that then comes with its key is
 * the host, and every token of before is good no more.
 */
export async function releaseHost(change: HostChange): Promise<void> {
  const host = await needHost(change, ['enrolled', 'quarantined']);
  const { transaction, hostId } = change;
  await transaction
    .updateTable('hosts')
    .set({
      tokenEpoch: host.tokenEpoch + 1,
      isReleased: 1,
      recentExchangesJson: EMPTY_RECENT,
      // It may be a machine that was set back, and that counts its messages from where it was then.
      messagesReceived: 0,
    })
    .where('id', '=', hostId)
    .execute();
  await setState(change, { state: 'enrolled', reason: '' }, `let in anew by ${change.by}`);
}

/** @throws UserError when another host has the name, or it is none */
export async function renameHost(change: HostChange, name: string): Promise<void> {
  const host = await needHost(change, ['pending', 'enrolled', 'quarantined']);
  const wanted = parseEdge(hostNameSchema, name, `the name ${name.slice(0, 100)}`).toLowerCase();
  await needName(change, wanted);
  if (wanted === host.name) return;
  const { transaction, hostId: id, by, at } = change;
  await transaction.updateTable('hosts').set({ name: wanted }).where('id', '=', id).execute();
  await addHostEvent(transaction, { host: id, at, text: `renamed from ${host.name} by ${by}` });
}

/** Nothing of the host stays, so its key may ask to be let in again. @throws UserError for no host */
export async function takeOutHost(change: HostChange): Promise<void> {
  await needHost(change, ['pending', 'enrolled', 'quarantined', 'revoked']);
  const { transaction, hostId: id } = change;
  await endHostJobs(change, [id], 'it was taken out of the fleet');
  await transaction.deleteFrom('tasks').where('host', '=', id).execute();
  await transaction.deleteFrom('hostEvents').where('host', '=', id).execute();
  await transaction.deleteFrom('hosts').where('id', '=', id).execute();
}

async function needHost({ store, transaction, hostId }: HostChange, states: readonly HostState[]) {
  const host = await store
    .lockRows(transaction.selectFrom('hosts').select(['name', 'state', 'tokenEpoch']))
    .where('id', '=', hostId)
    .executeTakeFirst();
  if (host === undefined) {
    throw new UserError(`there is no host ${hostId}; nothing was changed`, {
      hint: 'gutinteg fleet hosts',
      exitCode: 2,
    });
  }
  if (!states.includes(host.state)) {
    throw new UserError(`${host.name} is ${host.state}, not ${states.join(' or ')}; nothing was changed`, {
      exitCode: 2,
      ...(host.state === 'revoked'
        ? { hint: `gutinteg fleet take-out ${hostId} forgets it; then it may ask again` }
        : {}),
    });
  }
  return host;
}

async function needName({ transaction, hostId }: HostChange, name: string): Promise<void> {
  const holder = await findNameHolder(transaction, { name, except: hostId });
  if (holder === undefined) return;
  throw new UserError(`the name ${name} is that of host ${holder}; nothing was changed`, {
    hint: `gutinteg fleet rename ${hostId} NAME, or gutinteg fleet revoke ${holder}`,
    exitCode: 2,
  });
}

async function setState(
  { transaction, hostId: id, at }: HostChange,
  changes: { readonly state: HostState; readonly reason: string },
  text: string,
): Promise<void> {
  await transaction.updateTable('hosts').set(changes).where('id', '=', id).execute();
  await addHostEvent(transaction, { host: id, at, text });
}
