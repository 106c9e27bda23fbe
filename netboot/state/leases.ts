// Addresses of the pool and who has them. In: MAC addresses. Out: addresses. Machines with an address of their own in
// the database never come here. Kept per MAC, not per client identifier: firmware, iPXE and the installed system of
// one machine send three different identifiers and must get one address. Never: a lease that is not in the database.
import { formatIpv4, parseIpv4 } from '../../lib/ipv4.ts';
import { createAddressPool } from './address-pool.ts';
import type { StateDatabase } from './database.ts';

type Pool = { readonly from: string; readonly to: string; readonly excluded: readonly string[] };

type Lease = { readonly mac: string; readonly state: 'offered' | 'bound' | 'declined'; readonly expiresAtMs: number };

/** An offer that is not taken up becomes free after this time. */
const OFFER_MS = 30_000;
/** An address that somebody else was found to use rests this long. */
const DECLINED_MS = 600_000;
/** Declined addresses at one time: whoever declines all that it is offered must not use the pool up. */
const MAX_DECLINED_SHARE = 0.1;

const SAVE = 'INSERT OR REPLACE INTO leases (address, mac, state, expires_at, host_name) VALUES (?, ?, ?, ?, NULL)';
const REMOVE = 'DELETE FROM leases WHERE address = ?';

export type Leases = ReturnType<typeof createLeases>;
export type LeaseOptions = { readonly pool: Pool; readonly leaseSeconds: number; readonly now: () => number };

/** Leases of one pool; bound and declined ones are in the database, offers only in memory. */
export function createLeases(database: StateDatabase, options: LeaseOptions) {
  const { now } = options;
  const leaseMs = options.leaseSeconds * 1000;
  const pool = createAddressPool({
    from: numberOf(options.pool.from),
    to: numberOf(options.pool.to),
    excluded: new Set(options.pool.excluded.map(numberOf)),
  });
  const byAddress = new Map<string, Lease>();
  const addressOfMac = new Map<string, string>();
  let declined = 0;
  /** Which addresses others have is not known before the database was read once. */
  let isLoaded = false;
  database.onReadable(load);

  /** What was acknowledged stands, whatever another file says; what it says besides is taken up. */
  function load(): void {
    const rows = database.all('SELECT address, mac, state, expires_at FROM leases ORDER BY expires_at');
    const held = new Set(byAddress.keys());
    for (const row of rows) {
      const [address, mac] = [String(row['address']), String(row['mac'])];
      const state = row['state'] === 'declined' ? 'declined' : 'bound';
      if (held.has(address) || addressOfMac.has(mac)) continue;
      // Their times may be of another length than those of today's settings.
      keep(address, { mac, state, expiresAtMs: Number(row['expires_at']) }, 'from the database');
    }
    isLoaded = true;
    if (held.size === 0) return;
    database.transaction(() => {
      for (const address of held) save(address, byAddress.get(address));
    });
  }

  function save(address: string, lease: Lease | undefined): void {
    if (lease !== undefined && lease.state !== 'offered') {
      database.run(SAVE, address, lease.mac, lease.state, lease.expiresAtMs);
    }
  }

  function isFree(address: string, mac: string): boolean {
    const lease = byAddress.get(address);
    return (
      pool.contains(numberOf(address)) &&
      (lease === undefined || lease.expiresAtMs <= now() || (lease.mac === mac && lease.state !== 'declined'))
    );
  }

  /**
   * A former address of the same machine first, then one never used, so that addresses stay where they were. A machine
   * of the site does not wait for strangers who never take up what they were offered.
   */
  function choose(mac: string, wanted: string | undefined, isKnown: boolean): string | undefined {
    const former = addressOfMac.get(mac);
    for (const address of [former, wanted]) if (address !== undefined && isFree(address, mac)) return address;
    const next = pool.next(now()) ?? (isKnown ? pool.firstToEnd('offered') : undefined);
    return next === undefined ? undefined : formatIpv4(next);
  }

  function keep(address: string, lease: Lease, queue: string = lease.state): void {
    forget(address);
    byAddress.set(address, lease);
    if (lease.state === 'declined') declined += 1;
    else addressOfMac.set(lease.mac, address);
    pool.take(numberOf(address), { expiresAtMs: lease.expiresAtMs, queue });
  }

  function forget(address: string): void {
    const lease = byAddress.get(address);
    if (lease === undefined) return;
    byAddress.delete(address);
    if (lease.state === 'declined') declined -= 1;
    if (addressOfMac.get(lease.mac) === address) addressOfMac.delete(lease.mac);
    pool.give(numberOf(address));
  }

  return {
    /** An address reserved for half a minute; undefined when the pool is used up. `isKnown`: a machine of the site. */
    offer(mac: string, wanted: string | undefined, isKnown = false): string | undefined {
      if (!isLoaded) return undefined;
      const address = choose(mac, wanted, isKnown);
      if (address === undefined) return undefined;
      const lease = byAddress.get(address);
      const isBound = lease?.state === 'bound' && lease.mac === mac && lease.expiresAtMs > now();
      if (!isBound) {
        const former = addressOfMac.get(mac);
        if (former !== undefined && byAddress.get(former)?.state === 'offered') forget(former);
        keep(address, { mac, state: 'offered', expiresAtMs: now() + OFFER_MS });
      }
      return address;
    },

    /** The address that this MAC holds or was offered and that has not run out. */
    current(mac: string): string | undefined {
      const address = addressOfMac.get(mac);
      return address !== undefined && isFree(address, mac) ? address : undefined;
    },

    /** Binds the address for the lease time; false when it is not this MAC's to have. @throws StateError: it is not bound */
    bind(mac: string, address: string): boolean {
      if (!isLoaded || !isFree(address, mac)) return false;
      const lease: Lease = { mac, state: 'bound', expiresAtMs: now() + leaseMs };
      const former = addressOfMac.get(mac);
      const leaves = former !== undefined && former !== address;
      database.transaction(() => {
        save(address, lease);
        if (leaves) database.run(REMOVE, former);
      });
      if (leaves) forget(former);
      keep(address, lease);
      return true;
    },

    /** The client took another server's offer. */
    dropOffer(mac: string, address: string): void {
      const lease = byAddress.get(address);
      if (lease?.state === 'offered' && lease.mac === mac) forget(address);
    },

    /** @throws StateError: the address is free all the same, until a restart brings the lease back */
    release(mac: string, address: string): void {
      const lease = byAddress.get(address);
      if (lease?.mac !== mac || lease.state === 'declined') return;
      forget(address);
      if (lease.state === 'bound') database.run(REMOVE, address);
    },

    /** The client found the address in use by somebody else. @throws StateError: it rests all the same */
    decline(mac: string, address: string): boolean {
      const lease = byAddress.get(address);
      if (lease?.mac !== mac || lease.state === 'declined') return false;
      if (declined >= Math.max(1, Math.floor(pool.size * MAX_DECLINED_SHARE))) {
        forget(address);
        if (lease.state === 'bound') database.run(REMOVE, address);
        return false;
      }
      const rests: Lease = { mac, state: 'declined', expiresAtMs: now() + DECLINED_MS };
      keep(address, rests);
      save(address, rests);
      return true;
    },
  };
}

/** -1, which no pool contains, for what is no address. */
function numberOf(address: string): number {
  return parseIpv4(address) ?? -1;
}
