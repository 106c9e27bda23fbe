// Addresses of the pool and who has them. In: MAC addresses. Out: addresses. Machines with an address of their own in
// the database never come here. Kept per MAC, not per client identifier: firmware, iPXE and the installed system of
// one machine send three different identifiers and must get one address.
import type { DatabaseSync } from 'node:sqlite';
import { formatIpv4, parseIpv4 } from '../../lib/ipv4.ts';

export type Pool = { readonly from: string; readonly to: string; readonly excluded: readonly string[] };

type Lease = { mac: string; state: 'offered' | 'bound' | 'declined'; expiresAtMs: number };

/** An offer that is not taken up becomes free after this time. */
const OFFER_MS = 30_000;
/** An address that somebody else was found to use rests this long. */
const DECLINED_MS = 600_000;

export type Leases = ReturnType<typeof createLeases>;

/** Leases of one pool; bound and declined ones are in the database, offers only in memory. */
export function createLeases(database: DatabaseSync, options: { pool: Pool; leaseSeconds: number; now: () => number }) {
  const { pool, now } = options;
  const from = parseIpv4(pool.from) ?? 0;
  const to = parseIpv4(pool.to) ?? -1;
  const excluded = new Set(pool.excluded);
  const byAddress = new Map<string, Lease>();
  const addressOfMac = new Map<string, string>();
  const save = database.prepare(
    'INSERT OR REPLACE INTO leases (address, mac, state, expires_at, host_name) VALUES (?, ?, ?, ?, NULL)',
  );
  const remove = database.prepare('DELETE FROM leases WHERE address = ?');
  let next = from;
  load();

  function load(): void {
    for (const row of database.prepare('SELECT * FROM leases').all()) {
      const lease = {
        mac: String(row['mac']),
        state: row['state'] === 'declined' ? ('declined' as const) : ('bound' as const),
        expiresAtMs: Number(row['expires_at']),
      };
      byAddress.set(String(row['address']), lease);
      if (lease.state === 'bound') addressOfMac.set(lease.mac, String(row['address']));
    }
  }

  function inPool(address: string): boolean {
    const value = parseIpv4(address);
    return value !== undefined && value >= from && value <= to && !excluded.has(address);
  }

  function isFree(address: string, mac: string): boolean {
    const lease = byAddress.get(address);
    return (
      inPool(address) &&
      (lease === undefined || lease.expiresAtMs <= now() || (lease.mac === mac && lease.state !== 'declined'))
    );
  }

  /** A former address of the same machine first, then one never used, so that addresses stay where they were. */
  function choose(mac: string, wanted: string | undefined): string | undefined {
    const former = addressOfMac.get(mac);
    for (const address of [former, wanted]) if (address !== undefined && isFree(address, mac)) return address;
    const sizeOfPool = to - from + 1;
    for (let tried = 0; tried < sizeOfPool; tried += 1) {
      const address = formatIpv4(next);
      next = next >= to ? from : next + 1;
      if (isFree(address, mac)) return address;
    }
    return undefined;
  }

  function put(address: string, lease: Lease): void {
    const before = byAddress.get(address);
    if (before !== undefined && before.mac !== lease.mac && addressOfMac.get(before.mac) === address) {
      addressOfMac.delete(before.mac);
    }
    byAddress.set(address, lease);
    if (lease.state !== 'declined') addressOfMac.set(lease.mac, address);
    if (lease.state !== 'offered') save.run(address, lease.mac, lease.state, lease.expiresAtMs);
  }

  return {
    /** An address reserved for half a minute; undefined when the pool is exhausted. */
    offer(mac: string, wanted: string | undefined): string | undefined {
      const address = choose(mac, wanted);
      const lease = address === undefined ? undefined : byAddress.get(address);
      if (address !== undefined && !(lease?.state === 'bound' && lease.mac === mac && lease.expiresAtMs > now())) {
        put(address, { mac, state: 'offered', expiresAtMs: now() + OFFER_MS });
      }
      return address;
    },

    /** The address that this MAC holds or was offered and that has not run out. */
    current(mac: string): string | undefined {
      const address = addressOfMac.get(mac);
      return address !== undefined && isFree(address, mac) ? address : undefined;
    },

    /** Binds the address for the lease time; false when it is not this MAC's to have. */
    bind(mac: string, address: string): boolean {
      if (!isFree(address, mac)) return false;
      const former = addressOfMac.get(mac);
      if (former !== undefined && former !== address) this.release(mac, former);
      put(address, { mac, state: 'bound', expiresAtMs: now() + options.leaseSeconds * 1000 });
      return true;
    },

    /** The client took another server's offer. */
    dropOffer(mac: string, address: string): void {
      if (byAddress.get(address)?.state !== 'offered') return;
      byAddress.delete(address);
      addressOfMac.delete(mac);
    },

    release(mac: string, address: string): void {
      const lease = byAddress.get(address);
      if (lease?.mac !== mac || lease.state === 'declined') return;
      byAddress.delete(address);
      addressOfMac.delete(mac);
      remove.run(address);
    },

    /** The client found the address in use by somebody else. */
    decline(mac: string, address: string): boolean {
      const lease = byAddress.get(address);
      if (lease?.mac !== mac || lease.state === 'declined') return false;
      addressOfMac.delete(mac);
      put(address, { mac, state: 'declined', expiresAtMs: now() + DECLINED_MS });
      return true;
    },
  };
}
