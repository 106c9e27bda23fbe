// Two ICMPv6 messages as Ethernet frames: somebody looks for routers, and is told that there is none with a prefix. In:
// bytes. Out: bytes. Never: I/O; makes the server a router: the lifetime is 0. @see RFC 4861 §4.1, §4.2

const IPV6 = 0x86dd;
const ICMPV6 = 58;
const SOLICITATION = 133;
const ADVERTISEMENT = 134;
/** A packet that a router has forwarded has a smaller one. */
const HOP_LIMIT = 255;
const IP_AT = 14;
const ICMP_AT = IP_AT + 40;
/** The advertisement and its one option, the address of the card that it leaves by. */
const ADVERTISEMENT_BYTES = 16 + 8;
const EVERY_NODE = Buffer.from('ff020000000000000000000000000001', 'hex');
const EVERY_NODE_MAC = Buffer.from('333300000001', 'hex');

/** Who looks for routers; without an address of its own yet, everybody is told. */
export type RouterSolicitation = { readonly mac: Uint8Array; readonly address: Uint8Array | undefined };

/** What the kernel is to let through: solicitations, and little else. @see bpf(4) */
export const solicitationFilter = [
  { code: 0x28, k: 12 },
  { code: 0x15, ifFalse: 5, k: IPV6 },
  { code: 0x30, k: IP_AT + 6 },
  { code: 0x15, ifFalse: 3, k: ICMPV6 },
  { code: 0x30, k: ICMP_AT },
  { code: 0x15, ifFalse: 1, k: SOLICITATION },
  { code: 0x06, k: 512 },
  { code: 0x06, k: 0 },
] as const;

/** Undefined for what is not one that came from this network. */
export function parseSolicitation(frame: Uint8Array): RouterSolicitation | undefined {
  const bytes = Buffer.from(frame.buffer, frame.byteOffset, frame.length);
  if (bytes.length < ICMP_AT + 8 || bytes.readUInt16BE(12) !== IPV6) return undefined;
  if (bytes[IP_AT + 6] !== ICMPV6 || bytes[IP_AT + 7] !== HOP_LIMIT) return undefined;
  if (bytes[ICMP_AT] !== SOLICITATION || bytes[ICMP_AT + 1] !== 0) return undefined;
  const address = bytes.subarray(IP_AT + 8, IP_AT + 24);
  return { mac: bytes.subarray(6, 12), address: address.every((byte) => byte === 0) ? undefined : address };
}

/** The answer, from the card's own addresses: 6 bytes, and 16 of its link-local one. */
export function printAdvertisement(to: RouterSolicitation, from: { mac: Uint8Array; address: Uint8Array }): Uint8Array {
  const frame = Buffer.alloc(ICMP_AT + ADVERTISEMENT_BYTES);
  frame.set(to.address === undefined ? EVERY_NODE_MAC : to.mac, 0);
  frame.set(from.mac, 6);
  frame.writeUInt16BE(IPV6, 12);
  frame[IP_AT] = 6 << 4;
  frame.writeUInt16BE(ADVERTISEMENT_BYTES, IP_AT + 4);
  frame[IP_AT + 6] = ICMPV6;
  frame[IP_AT + 7] = HOP_LIMIT;
  frame.set(from.address, IP_AT + 8);
  frame.set(to.address ?? EVERY_NODE, IP_AT + 24);
  // Hop limit, flags, lifetime and timers stay 0: unspecified, no DHCPv6, not a default router.
  frame[ICMP_AT] = ADVERTISEMENT;
  frame.set([1, 1], ICMP_AT + 16);
  frame.set(from.mac, ICMP_AT + 18);
  frame.writeUInt16BE(checksumOf(frame), ICMP_AT + 2);
  return frame;
}

/** Over the addresses, the length, the protocol and the message. @see RFC 4443 §2.3 */
function checksumOf(frame: Buffer): number {
  const words = Buffer.concat([
    frame.subarray(IP_AT + 8, IP_AT + 40),
    Buffer.from([0, 0, 0, frame.length - ICMP_AT, 0, 0, 0, ICMPV6]),
    frame.subarray(ICMP_AT),
  ]);
  let sum = 0;
  for (let at = 0; at < words.length; at += 2) sum += words.readUInt16BE(at);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}
