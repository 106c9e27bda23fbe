// Leases that are recorded: bound, given back, declined. In: the leases, a MAC and an address. Out: what the table and the
// database then say.
import { forgetLease, isFreeFor, keepLease, removeSavedLease, saveLease } from './lease-table.ts';
import type { Lease, Leases } from './lease-table.ts';

/** An address that somebody else was found to use rests this long. */
const DECLINED_MS = 600_000;
/** Declined addresses at one time: whoever declines all that it is offered must not use the pool up. */
const MAX_DECLINED_SHARE = 0.1;

/** Binds the address for the lease time; false when it is not this MAC's to have. @throws StateError: it is not bound */
export function bindLease(leases: Leases, mac: string, address: string): boolean {
  if (!leases.isLoaded || !isFreeFor(leases, address, mac)) return false;
  const lease: Lease = { mac, state: 'bound', expiresAtMs: leases.now() + leases.leaseMs };
  const former = leases.addressOfMac.get(mac);
  const leaves = former !== undefined && former !== address;
  leases.database.transaction(() => {
    saveLease(leases, address, lease);
    if (leaves) removeSavedLease(leases, former);
  });
  if (leaves) forgetLease(leases, former);
  keepLease(leases, address, lease);
  return true;
}

/**
 * Gives the address back: anybody may have it, and it is remembered whose it was. @see RFC 2131 §4.3.4
 * @throws StateError: the address is free all the same, until a restart brings the lease back
 */
export function releaseLease(leases: Leases, mac: string, address: string): void {
  const lease = leases.byAddress.get(address);
  if (lease?.mac !== mac || lease.state === 'declined') return;
  if (lease.state === 'offered') {
    forgetLease(leases, address);
    return;
  }
  const ended: Lease = { ...lease, expiresAtMs: leases.now() };
  keepLease(leases, address, ended);
  saveLease(leases, address, ended);
}

/** The client found the address in use by somebody else. @throws StateError: it rests all the same */
export function declineLease(leases: Leases, mac: string, address: string): boolean {
  const lease = leases.byAddress.get(address);
  if (lease?.mac !== mac || lease.state === 'declined') return false;
  if (leases.declined >= Math.max(1, Math.floor(leases.pool.size * MAX_DECLINED_SHARE))) {
    dropLease(leases, address, lease);
    return false;
  }
  const rests: Lease = { mac, state: 'declined', expiresAtMs: leases.now() + DECLINED_MS };
  keepLease(leases, address, rests);
  saveLease(leases, address, rests);
  return true;
}

function dropLease(leases: Leases, address: string, lease: Lease): void {
  forgetLease(leases, address);
  if (lease.state === 'bound') removeSavedLease(leases, address);
}
