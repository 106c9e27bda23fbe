import { parseIpv4 } from '../../../lib/ipv4.ts';

/**
 * A frame that asks everybody whether they have an IPv4 address, without claiming it: the sender's own is 0.0.0.0, so
 * that no table of neighbours changes.
 * @see RFC 5227 §2.1.1
 */
export function printArpProbe(mac: Uint8Array, ip: string): Uint8Array {
  const frame = Buffer.alloc(60);
  frame.fill(0xff, 0, 6);
  frame.set(mac, 6);
  // Ethernet type ARP; then Ethernet, IPv4, their lengths, and a request.
  frame.write('08060001080006040001', 12, 'hex');
  frame.set(mac, 22);
  frame.writeUInt32BE(parseIpv4(ip) ?? 0, 38);
  return frame;
}
