// Addresses and networks of IPv4 and IPv6 alike. In: text. Out: numbers and the one spelling. Never: a record.
import { formatIpv4, parseIpv4 } from '../lib/ipv4.ts';
import { formatIpv6, parseIpv6 } from '../lib/ipv6.ts';
import type { Family, InterfaceAddress } from './network.ts';

/** `10.0.0.1` or `2001:db8::1`; undefined when the text is neither. */
export function parseIp(text: string): { family: Family; address: string } | undefined {
  const ip4 = parseIpv4(text);
  if (ip4 !== undefined) return { family: 4, address: formatIpv4(ip4) };
  const ip6 = parseIpv6(text);
  return ip6 === undefined ? undefined : { family: 6, address: formatIpv6(ip6) };
}

/** `10.0.0.1/24`; undefined when the text is not an address with its prefix. */
export function parseWithPrefix(text: string): InterfaceAddress | undefined {
  const [, before = '', bits = ''] = /^([^/]+)\/(\d{1,3})$/.exec(text) ?? [];
  const ip = parseIp(before);
  if (ip === undefined || Number(bits) > bitsOf(ip.family)) return undefined;
  return { ...ip, prefixBits: Number(bits) };
}

/** 32 or 128. */
export function bitsOf(family: Family): number {
  return family === 4 ? 32 : 128;
}

/** The first address of the network: `10.0.0.1/24` → `10.0.0.0`. */
export function firstOf({ family, address, prefixBits }: InterfaceAddress): string {
  const hostBits = BigInt(bitsOf(family) - prefixBits);
  const first = (toNumber(family, address) >> hostBits) << hostBits;
  return family === 4 ? formatIpv4(Number(first)) : formatIpv6(first);
}

/** Whether `text`, an address of the same family, lies in the network of `network`. */
export function holds(network: InterfaceAddress, text: string): boolean {
  const { family, address, prefixBits } = network;
  if (family === 4) {
    // Every machine of a database has such a gateway, and big integers take their time.
    const hosts = 2 ** (32 - prefixBits);
    return Math.floor((parseIpv4(address) ?? 0) / hosts) === Math.floor((parseIpv4(text) ?? 0) / hosts);
  }
  const hostBits = BigInt(bitsOf(family) - prefixBits);
  return toNumber(family, address) >> hostBits === toNumber(family, text) >> hostBits;
}

/** `fe80::/10`: every link has it. @see RFC 4291 §2.5.6 */
export function isLinkLocal(text: string): boolean {
  const address = parseIpv6(text);
  return address !== undefined && address >> 118n === 0x3fan;
}

function toNumber(family: Family, text: string): bigint {
  return family === 4 ? BigInt(parseIpv4(text) ?? 0) : (parseIpv6(text) ?? 0n);
}
