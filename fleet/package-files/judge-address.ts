// Whether the server may fetch from an address. In: an IP address, whether a person has named it. Out: why not, in words. Pure. An operator
// can have the server ask; it must not become a way to what only the server's own computer and network reach.
import { BlockList, isIP } from 'node:net';
import { formatIpv4 } from '../../lib/ipv4.ts';
import { parseIpv6 } from '../../lib/ipv6.ts';

/** This computer, and what every network has of its own. @see RFC 6890 */
const LOCAL = blockList([
  ['0.0.0.0', 8],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['224.0.0.0', 3],
  ['::', 127],
  ['fe80::', 10],
  ['ff00::', 8],
]);

/** @see RFC 1918, RFC 2544, RFC 3879, RFC 4193, RFC 4380, RFC 6598, RFC 6890, RFC 8215 */
const PRIVATE = blockList([
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['64:ff9b:1::', 48],
  ['2001::', 32],
  ['fc00::', 7],
  ['fec0::', 10],
]);

function blockList(nets: readonly (readonly [net: string, prefix: number])[]): BlockList {
  const list = new BlockList();
  for (const [net, prefix] of nets) list.addSubnet(net, prefix, net.includes(':') ? 'ipv6' : 'ipv4');
  return list;
}

/**
 * Where an IPv4 address lies within an IPv6 address that leads to it: bits from the right.
 *
 * @see RFC 4291 §2.5.5 (compatible, mapped), RFC 6052 §2.1 (NAT64), RFC 3056 §2 (6to4)
 */
const EMBEDDED: readonly { readonly prefix: string; readonly length: number; readonly shift: number }[] = [
  { prefix: '::', length: 96, shift: 0 },
  { prefix: '::ffff:0:0', length: 96, shift: 0 },
  { prefix: '64:ff9b::', length: 96, shift: 0 },
  { prefix: '2002::', length: 16, shift: 80 },
];

/** @returns the address itself when no other is within it */
function embedded(address: string): string {
  const bits = parseIpv6(address);
  if (bits === undefined) return address;
  const found = EMBEDDED.find(({ prefix, length }) => {
    const rest = BigInt(128 - length);
    return bits >> rest === (parseIpv6(prefix) ?? 0n) >> rest;
  });
  // Those are two addresses of their own.
  return found === undefined || bits <= 1n ? address : formatIpv4(Number((bits >> BigInt(found.shift)) & 0xffff_ffffn));
}

type Known = {
  /** Its name stands in the address that a person gave. */
  readonly isNamed: boolean;
  /** Addresses of this computer's cards. */
  readonly own: readonly string[];
};

/** IPv4 within IPv6 is looked at as what it is. */
export function refuseAddress(address: string, { isNamed, own }: Known): string | undefined {
  const plain = embedded(address);
  const family = isIP(plain) === 6 ? 'ipv6' : 'ipv4';
  if (isIP(plain) === 0) return `${address} is no address`;
  if (own.includes(plain) || LOCAL.check(plain, family))
    return `${address} is an address of the server's own computer or link`;
  if (!isNamed && PRIVATE.check(plain, family)) return `${address} is an address of a private network`;
  return undefined;
}
