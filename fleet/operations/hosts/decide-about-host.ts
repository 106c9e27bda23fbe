// What people decide about a host. In: inputs of operations. Out: their implementations, each with its entry of the audit log.
import { done } from '../../../contract/fleet/api/fields.ts';
import * as api from '../../../contract/fleet/api/hosts.ts';
import { approveHost, releaseHost, renameHost, revokeHost, takeOutHost } from '../../hosts/change-host.ts';
import type { HostChange } from '../../hosts/change-host.ts';
import { findHost } from '../../hosts/find-host.ts';
import { implementChange } from '../implement.ts';
import type { Change } from '../implement.ts';

async function changeOf({ store, transaction, actor, at }: Change, reference: string): Promise<HostChange> {
  const { id: hostId } = await findHost(transaction, reference);
  return { store, transaction, hostId, by: actor.name, at };
}

const tell = ({ host, ...details }: { readonly host: string }) => ({ subject: host, details });

export const hostDecisions = [
  implementChange(api.approveHost, {
    run: async (change, { host }) => {
      await approveHost(await changeOf(change, host));
      return done;
    },
    tell,
  }),
  implementChange(api.revokeHost, {
    run: async (change, { host, reason }) => {
      await revokeHost(await changeOf(change, host), reason);
      return done;
    },
    tell,
  }),
  implementChange(api.releaseHost, {
    run: async (change, { host }) => {
      await releaseHost(await changeOf(change, host));
      return done;
    },
    tell,
  }),
  implementChange(api.renameHost, {
    run: async (change, { host, name }) => {
      await renameHost(await changeOf(change, host), name);
      return done;
    },
    tell,
  }),
  implementChange(api.takeOutHost, {
    run: async (change, { host }) => {
      await takeOutHost(await changeOf(change, host));
      return done;
    },
    tell,
  }),
];
