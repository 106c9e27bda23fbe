import { formatIpv4, parseIpv4 } from '../../lib/ipv4.ts';
import { parseIpv6 } from '../../lib/ipv6.ts';

/** `10.77.0.101` → `101.0.77.10.in-addr.arpa`; an IPv6 address → 32 digits and `ip6.arpa`. The address must be one. */
export function reverseName(address: string): string {
  const ip6 = parseIpv6(address);
  if (ip6 === undefined) return `${address.split('.').reverse().join('.')}.in-addr.arpa`;
  return `${ip6.toString(16).padStart(32, '0').split('').reverse().join('.')}.ip6.arpa`;
}

/**
 * The reverse zones that make up a network: `10.77.0.0/24` → `0.77.10.in-addr.arpa`. IPv4 is delegated by octets and
 * IPv6 by hexadecimal digits, so a network between two such bounds is several zones. Undefined when the text is no
 * network, bits below the prefix are set, or it is smaller than the smallest zone (classless-zones.ts has those of RFC 2317).
 */
export function reverseZonesOf(network: string): string[] | undefined {
  const [, address = '', bits = ''] = /^([0-9a-f:.]+)\/(\d{1,3})$/i.exec(network) ?? [];
  const [ip4, ip6] = [parseIpv4(address), parseIpv6(address)];
  const step = ip4 === undefined ? 4 : 8;
  const width = ip4 === undefined ? 128 : 32;
  const prefixBits = Number(bits);
  const zoneBits = Math.ceil(prefixBits / step) * step;
  const value = ip4 === undefined ? ip6 : BigInt(ip4);
  const longest = width - step;
  if (value === undefined || bits === '' || prefixBits === 0 || prefixBits > longest) return undefined;
  if (value % 2n ** BigInt(width - prefixBits) !== 0n) return undefined;
  return Array.from({ length: 2 ** (zoneBits - prefixBits) }, (_, index) => {
    const first = value + BigInt(index) * 2n ** BigInt(width - zoneBits);
    const text = ip4 === undefined ? formatGroups(first) : formatIpv4(Number(first));
    return reverseName(text)
      .split('.')
      .slice((width - zoneBits) / step)
      .join('.');
  });
}

function formatGroups(address: bigint): string {
  return (address.toString(16).padStart(32, '0').match(/.{4}/g) ?? []).join(':');
}
