// Which machine an address on the network belongs to, and what its firmware is, as last seen. In memory, bounded. It names
// lines of the timeline, and keeps an installer from a processor that cannot run it; it gives nobody anything.

const MAX_CLIENTS = 5000;
const MAX_UNKNOWN = 200;

export type UnknownClient = { readonly mac: string; readonly lastAtMs: number };
export type Clients = ReturnType<typeof createClients>;

export function createClients(now: () => number = Date.now) {
  const macByAddress = new Map<string, string>();
  const unknown = new Map<string, number>();
  const firmwareByMac = new Map<string, string>();

  return {
    /** The machine of the site was given the address by DHCP, or has shown its token there. */
    bound(address: string, mac: string): void {
      setBounded(macByAddress, { key: address, value: mac, max: MAX_CLIENTS });
    },
    macOf: (address: string): string | undefined => macByAddress.get(address),

    /** The firmware with this MAC address boots from the network, and is of this architecture. */
    seenFirmware(mac: string, architecture: string): void {
      setBounded(firmwareByMac, { key: mac, value: architecture, max: MAX_CLIENTS });
    },
    firmwareOf: (mac: string): string | undefined => firmwareByMac.get(mac),

    /** A MAC that the site does not know. */
    seenUnknown(mac: string): void {
      setBounded(unknown, { key: mac, value: now(), max: MAX_UNKNOWN });
    },
    /** The latest unknown MACs, newest first. */
    unknown(): UnknownClient[] {
      return [...unknown].map(([mac, lastAtMs]) => ({ mac, lastAtMs })).reverse();
    },
  };
}

/** Puts the key last and drops the longest unseen one when there are too many. */
function setBounded<V>(map: Map<string, V>, entry: { key: string; value: V; max: number }): void {
  map.delete(entry.key);
  map.set(entry.key, entry.value);
  const oldest = map.keys().next().value;
  if (map.size > entry.max && oldest !== undefined) map.delete(oldest);
}
