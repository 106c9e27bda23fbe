// The addresses of this computer: nobody answers when it asks for them itself.
import { networkInterfaces } from 'node:os';
import { broadcastOf, formatIpv4, parseIpv4 } from '../../lib/ipv4.ts';

/** IPv4 addresses of every card, with the first and last of each network, which no host has. */
export function readOwnAddresses(): Set<string> {
  const addresses = new Set<string>();
  for (const { address, netmask, family } of Object.values(networkInterfaces()).flatMap((card) => card ?? [])) {
    if (family !== 'IPv4') continue;
    addresses.add(address);
    const broadcast = broadcastOf(address, netmask);
    // Both ends of a network of two addresses are hosts (RFC 3021), and so is a network of one.
    if (broadcast === undefined || netmask === '255.255.255.255' || netmask === '255.255.255.254') continue;
    addresses.add(broadcast);
    addresses.add(formatIpv4(((parseIpv4(address) ?? 0) & (parseIpv4(netmask) ?? 0)) >>> 0));
  }
  return addresses;
}
