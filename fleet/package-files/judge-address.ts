// Whether the server may fetch from an address. In: an IP address, whether a person has named it. Out: why not, in words. Pure. An operator
// can have the server ask; it must not become a way to what only the server's own computer and network reach.
import { BlockList, isIP } from 'node:net';

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

/** @see RFC 1918, RFC 4193, RFC 6598 */
const PRIVATE = blockList([
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['fc00::', 7],
]);

function blockList(nets: readonly (readonly [net: string, prefix: number])[]): BlockList {
  const list = new BlockList();
  for (const [net, prefix] of nets) list.addSubnet(net, prefix, net.includes(':') ? 'ipv6' : 'ipv4');
  return list;
}

/** IPv4 within IPv6 is looked at as what it is. @param isNamed its name stands in the address that a person gave */
export function refuseAddress(address: string, isNamed: boolean): string | undefined {
  const plain = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address;
  const family = isIP(plain) === 6 ? 'ipv6' : 'ipv4';
  if (isIP(plain) === 0) return `${address} is no address`;
  if (LOCAL.check(plain, family)) return `${address} is an address of the server's own computer or link`;
  if (!isNamed && PRIVATE.check(plain, family)) return `${address} is an address of a private network`;
  return undefined;
}
