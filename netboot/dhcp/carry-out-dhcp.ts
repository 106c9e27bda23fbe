// What decide-dhcp.ts has decided, done. In: a decision's effects, in order. Out: leases kept, timelines noted. Never:
// decides anything; sends.
import { neverKind } from '../../lib/never.ts';
import type { Clients } from '../clients.ts';
import { seenNetboot } from '../machines/attempts.ts';
import { noteOnTimeline, recordIfPossible } from '../machines/machines.ts';
import type { Machines } from '../machines/machines.ts';
import type { LogOnce } from '../../lib/limited-log.ts';
import { bindLease, declineLease, releaseLease } from '../state/bind-lease.ts';
import type { Leases } from '../state/lease-table.ts';
import type { MachineRow } from '../state/machine-row.ts';
import { dropOffer, reserveAddress } from '../state/offer-lease.ts';
import { StateError } from '../state/state-error.ts';
import type { DhcpEffect } from './dhcp-effect.ts';
import type { RestingAddresses } from './resting-addresses.ts';

/** Where effects go. */
export type DhcpHandles = {
  readonly machines: Machines;
  /** Undefined when the site has no range: unknown machines then get no address. */
  readonly leases: Leases | undefined;
  readonly resting: RestingAddresses;
  readonly clients: Clients;
  readonly logOnce: LogOnce;
};

export type DhcpAsker = {
  readonly mac: string;
  /** Undefined for strangers, and when the database cannot be read: its address does not depend on it. */
  readonly row: MachineRow | undefined;
};

/** Does all of it, in order; false, and nothing more is done, when the address could not be bound. */
export function carryOutDhcp(handles: DhcpHandles, asker: DhcpAsker, effects: readonly DhcpEffect[]): boolean {
  for (const effect of effects) {
    if (effect.kind !== 'bind') carryOut(handles, asker, effect);
    else if (!bind(handles, asker.mac, effect.address)) return false;
  }
  return true;
}

function carryOut(handles: DhcpHandles, { mac, row }: DhcpAsker, effect: Exclude<DhcpEffect, { kind: 'bind' }>): void {
  const { machines, leases, clients, logOnce } = handles;
  switch (effect.kind) {
    case 'reserve':
      if (leases !== undefined) reserveAddress(leases, mac, effect.address);
      return;
    case 'release':
      recordIfPossible(machines, () => leases !== undefined && releaseLease(leases, mac, effect.address));
      return;
    case 'decline':
      recordIfPossible(machines, () => leases !== undefined && declineLease(leases, mac, effect.address));
      return;
    case 'rest':
      return handles.resting.rest(effect.address);
    case 'drop-offer':
      if (leases !== undefined) dropOffer(leases, mac);
      return;
    case 'seen-unknown':
      return clients.seenUnknown(mac);
    case 'seen-at':
      return clients.bound(effect.address, mac);
    case 'seen-netboot':
      if (effect.architecture !== undefined) clients.seenFirmware(mac, effect.architecture);
      if (row !== undefined) seenNetboot(machines, row, effect.stage);
      return;
    case 'note':
      if (row !== undefined) noteOnTimeline(machines, row.id, { source: 'dhcp', key: effect.key, text: effect.text });
      return;
    case 'log':
      return logOnce(effect.key, effect.message, effect.fields);
    default:
      return neverKind(effect);
  }
}

/** After a restart another machine might get an address that was promised and not recorded. */
function bind({ machines, leases, logOnce }: DhcpHandles, mac: string, address: string): boolean {
  try {
    return leases !== undefined && bindLease(leases, mac, address);
  } catch (error) {
    if (!(error instanceof StateError)) throw error;
    machines.lostLines += 1;
    logOnce('lease', 'a lease of the range could not be recorded and was not given', { why: error.message });
    return false;
  }
}
