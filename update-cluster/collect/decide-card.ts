// Which hardware addresses are a card that a host can be known by. In: a MAC address. Out: why it is not one.
import type { Mac } from '../../lib/mac.ts';

/** Addresses that a router or firewall answers with beside its own, by how they begin. */
const SHARED_ADDRESSES: readonly (readonly [string, string])[] = [
  ['00:00:5e:00:01:', 'an address that routers share (VRRP or CARP)'],
  ['00:00:5e:00:02:', 'an address that routers share (VRRP for IPv6)'],
  ['00:00:0c:07:ac:', 'an address that routers share (HSRP)'],
  ['00:00:0c:9f:f', 'an address that routers share (HSRP version 2)'],
  ['00:07:b4:00:', 'an address that routers share (GLBP)'],
];

/**
 * Why an address is not that of one card of one host; undefined when it may be.
 * @see IEEE 802c for the first octet's two lowest bits; RFC 5798 §7.3 for VRRP
 */
export function decideLeaveOut(mac: Mac, { allowLocal }: { readonly allowLocal: boolean }): string | undefined {
  if (mac === 'ff:ff:ff:ff:ff:ff') return 'the broadcast address';
  if (mac === '00:00:00:00:00:00') return 'all zeros, which no card has';
  const firstOctet = Number.parseInt(mac.slice(0, 2), 16);
  if ((firstOctet & 1) !== 0) return 'a multicast address';
  if ((firstOctet & 2) !== 0 && !allowLocal)
    return 'locally administered: of a virtual machine, or made up for a while';
  return SHARED_ADDRESSES.find(([start]) => mac.startsWith(start))?.[1];
}
