// Addresses of the pool and who has them, as a value. In: the database. Out: the table that offer-lease.ts and
// bind-lease.ts read and change. Machines with an address of their own in the database never come here. Kept per MAC,
// not per client identifier: firmware, iPXE and the installed system of one machine send three different identifiers and
// must get one address. Never: a lease that is not in the database.
import { parseIpv4 } from '../../lib/ipv4.ts';
import { createAddressPool } from './address-pool.ts';
import type { StateDatabase } from './database.ts';

type Pool = { readonly from: string; readonly to: string; readonly excluded: readonly string[] };

export type Lease = {
  readonly mac: string;
  readonly state: 'offered' | 'bound' | 'declined';
  readonly expiresAtMs: number;
};

export type LeaseOptions = { readonly pool: Pool; readonly leaseSeconds: number; readonly now: () => number };

/** Leases of one pool; bound and declined ones are in the database, offers only in memory. */
export type Leases = {
  readonly database: StateDatabase;
  readonly pool: ReturnType<typeof createAddressPool>;
  readonly leaseMs: number;
  readonly now: () => number;
  readonly byAddress: Map<string, Lease>;
  readonly addressOfMac: Map<string, string>;
  /** How many addresses of the table are declined. */
  declined: number;
  /** Which addresses others have is not known before the database was read once. */
  isLoaded: boolean;
};

const SAVE = 'INSERT OR REPLACE INTO leases (address, mac, state, expires_at, host_name) VALUES (?, ?, ?, ?, NULL)';
const REMOVE = 'DELETE FROM leases WHERE address = ?';

/** The leases of one pool, read from the database now, or as soon as it can be read. */
export function openLeases(database: StateDatabase, { pool, leaseSeconds, now }: LeaseOptions): Leases {
  const leases: Leases = {
    database,
    pool: createAddressPool({
      from: numberOf(pool.from),
      to: numberOf(pool.to),
      excluded: new Set(pool.excluded.map(numberOf)),
    }),
    leaseMs: leaseSeconds * 1000,
    now,
    byAddress: new Map(),
    addressOfMac: new Map(),
    declined: 0,
    isLoaded: false,
  };
  database.onReadable(() => {
    loadLeases(leases);
  });
  return leases;
}

/** What was acknowledged stands, whatever another file says; what it says besides is taken up. */
function loadLeases(leases: Leases): void {
  const { database, byAddress, addressOfMac } = leases;
  const rows = database.all('SELECT address, mac, state, expires_at FROM leases ORDER BY expires_at');
  const held = new Set(byAddress.keys());
  for (const row of rows) {
    const [address, mac] = [String(row['address']), String(row['mac'])];
    const state = row['state'] === 'declined' ? 'declined' : 'bound';
    if (held.has(address) || addressOfMac.has(mac)) continue;
    // Their times may be of another length than those of today's settings.
    keepLease(leases, address, { mac, state, expiresAtMs: Number(row['expires_at']) }, 'from the database');
  }
  leases.isLoaded = true;
  if (held.size === 0) return;
  database.transaction(() => {
    for (const address of held) saveLease(leases, address, byAddress.get(address));
  });
}

/** Records the lease, unless it is an offer. @throws StateError */
export function saveLease({ database }: Leases, address: string, lease: Lease | undefined): void {
  if (lease !== undefined && lease.state !== 'offered') {
    database.run(SAVE, address, lease.mac, lease.state, lease.expiresAtMs);
  }
}

/** Takes a recorded lease out of the database, not out of the table. @throws StateError */
export function removeSavedLease({ database }: Leases, address: string): void {
  database.run(REMOVE, address);
}

/** Whether the machine with this MAC address may have the address now. */
export function isFreeFor({ pool, byAddress, now }: Leases, address: string, mac: string): boolean {
  const lease = byAddress.get(address);
  return (
    pool.contains(numberOf(address)) &&
    (lease === undefined || lease.expiresAtMs <= now() || (lease.mac === mac && lease.state !== 'declined'))
  );
}

/**
 * Puts the lease into the table. Leases of one `queue` are kept in the order in which they end; one that is over only says
 * whose the address was.
 */
export function keepLease(leases: Leases, address: string, lease: Lease, queue: string = lease.state): void {
  forgetLease(leases, address);
  leases.byAddress.set(address, lease);
  if (lease.state === 'declined') leases.declined += 1;
  else leases.addressOfMac.set(lease.mac, address);
  if (lease.expiresAtMs > leases.now()) leases.pool.take(numberOf(address), { expiresAtMs: lease.expiresAtMs, queue });
  else leases.pool.give(numberOf(address));
}

/** Takes the lease out of the table, not out of the database. */
export function forgetLease(leases: Leases, address: string): void {
  const lease = leases.byAddress.get(address);
  if (lease === undefined) return;
  leases.byAddress.delete(address);
  if (lease.state === 'declined') leases.declined -= 1;
  if (leases.addressOfMac.get(lease.mac) === address) leases.addressOfMac.delete(lease.mac);
  leases.pool.give(numberOf(address));
}

/** -1, which no pool contains, for what is not an address. */
function numberOf(address: string): number {
  return parseIpv4(address) ?? -1;
}
