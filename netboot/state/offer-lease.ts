// Which address of the pool a machine may have. In: the leases, a MAC address. Out: an address, or undefined. An offer is
// kept in memory only.
import { formatIpv4 } from '../../lib/ipv4.ts';
import { forgetLease, isFreeFor, keepLease } from './lease-table.ts';
import type { Leases } from './lease-table.ts';

/** An offer that is not taken up becomes free after this time. */
const OFFER_MS = 30_000;

type Asker = {
  readonly mac: string;
  /** The address that it asks for. */
  readonly wanted?: string | undefined;
  /** A machine of the site. */
  readonly isKnown?: boolean;
};

/**
 * The address to offer; undefined when the pool is used up or not known yet. A former address of the same machine comes
 * first, then one never used, so that addresses stay where they were. A machine of the site does not wait for strangers
 * who never take up what they were offered. Reserves nothing.
 */
export function chooseAddress(leases: Leases, { mac, wanted, isKnown = false }: Asker): string | undefined {
  if (!leases.isLoaded) return undefined;
  const former = leases.addressOfMac.get(mac);
  for (const address of [former, wanted]) if (address !== undefined && isFreeFor(leases, address, mac)) return address;
  const next = leases.pool.next(leases.now()) ?? (isKnown ? leases.pool.firstToEnd('offered') : undefined);
  return next === undefined ? undefined : formatIpv4(next);
}

/** Reserves an address that chooseAddress has named for half a minute. */
export function reserveAddress(leases: Leases, mac: string, address: string): void {
  const { byAddress, addressOfMac, now } = leases;
  const lease = byAddress.get(address);
  if (lease?.state === 'bound' && lease.mac === mac && lease.expiresAtMs > now()) return;
  const former = addressOfMac.get(mac);
  if (former !== undefined && byAddress.get(former)?.state === 'offered') forgetLease(leases, former);
  keepLease(leases, address, { mac, state: 'offered', expiresAtMs: now() + OFFER_MS });
}

/** The address that this MAC holds or was offered and that has not run out. */
export function currentAddress(leases: Leases, mac: string): string | undefined {
  const address = leases.addressOfMac.get(mac);
  return address !== undefined && isFreeFor(leases, address, mac) ? address : undefined;
}

/** The client took another server's offer: the address that it was offered becomes free at once. */
export function dropOffer(leases: Leases, mac: string): void {
  const address = currentAddress(leases, mac);
  if (address !== undefined && leases.byAddress.get(address)?.state === 'offered') forgetLease(leases, address);
}
