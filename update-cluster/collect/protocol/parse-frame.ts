// Frames of a network to who sent them. In: bytes of anybody. Out: a sighting, or undefined when they say nothing of
// their sender. Never: I/O, an exception; reads behind the end.
import { formatIpv4 } from '../../../lib/ipv4.ts';
import type { Mac } from '../../../lib/mac.ts';

/** What one frame shows. Addresses are dotted; `0.0.0.0` is a sender that has none yet. */
export type Sighting =
  | { readonly by: 'ARP'; readonly mac: Mac; readonly ip: string; readonly target: string }
  | { readonly by: 'DHCP'; readonly mac: Mac; readonly ip: string; readonly hostname: string | undefined };

type Payload = { readonly type: number; readonly bytes: Buffer };

const ARP = 0x0806;
const IPV4 = 0x0800;
/** Tags of IEEE 802.1Q and 802.1ad. */
const TAGS = new Set([0x8100, 0x88a8]);
const MOST_TAGS = 2;
const UDP = 17;
const DHCP_SERVER_PORT = 67;
const BOOTREQUEST = 1;
const ETHERNET = 1;
const DHCP_FIXED_BYTES = 236;
const HOST_NAME = 12;

/** Who sent an ARP packet, or a DHCP request that no relay has brought from another network; a tag of VLAN 0 is none. */
export function parseFrame(frame: Uint8Array): Sighting | undefined {
  const payload = unwrap(Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength));
  if (payload?.type === ARP) return parseArp(payload.bytes);
  return payload?.type === IPV4 ? parseIpv4Packet(payload.bytes) : undefined;
}

function unwrap(frame: Buffer): Payload | undefined {
  let at = 12;
  for (let tags = 0; tags <= MOST_TAGS; tags += 1) {
    if (frame.length < at + 2) return undefined;
    const type = frame.readUInt16BE(at);
    if (!TAGS.has(type)) return { type, bytes: frame.subarray(at + 2) };
    // Another network, which this card only carries.
    if (frame.length < at + 4 || (frame.readUInt16BE(at + 2) & 0xfff) !== 0) return undefined;
    at += 4;
  }
  return undefined;
}

/** @see RFC 826; of Ethernet and IPv4 only */
function parseArp(bytes: Buffer): Sighting | undefined {
  if (bytes.length < 28 || bytes.readUInt32BE(0) !== 0x00010800 || bytes.readUInt16BE(4) !== 0x0604) return undefined;
  const operation = bytes.readUInt16BE(6);
  if (operation !== 1 && operation !== 2) return undefined;
  return {
    by: 'ARP',
    mac: macAt(bytes, 8),
    ip: formatIpv4(bytes.readUInt32BE(14)),
    target: formatIpv4(bytes.readUInt32BE(24)),
  };
}

function parseIpv4Packet(bytes: Buffer): Sighting | undefined {
  const headerBytes = ((bytes[0] ?? 0) & 0xf) * 4;
  if (bytes.length < 20 || (bytes[0] ?? 0) >> 4 !== 4 || headerBytes < 20 || bytes[9] !== UDP) return undefined;
  // More fragments, or not the first: the rest is somewhere else.
  if ((bytes.readUInt16BE(6) & 0x3fff) !== 0) return undefined;
  // Ethernet pads short packets; what is behind the packet's own length does not belong to it.
  const udp = bytes.subarray(headerBytes, bytes.readUInt16BE(2));
  if (udp.length < 8 || udp.readUInt16BE(2) !== DHCP_SERVER_PORT) return undefined;
  return parseDhcpRequest(udp.subarray(8, udp.readUInt16BE(4)));
}

/** BOOTP has no options, and is a request all the same. @see RFC 2131 §2 */
function parseDhcpRequest(bytes: Buffer): Sighting | undefined {
  if (bytes.length < DHCP_FIXED_BYTES) return undefined;
  const [operation, hardware, addressBytes] = bytes;
  if (operation !== BOOTREQUEST || hardware !== ETHERNET || addressBytes !== 6) return undefined;
  const isRelayed = bytes.readUInt32BE(24) !== 0;
  if (isRelayed) return undefined;
  return { by: 'DHCP', mac: macAt(bytes, 28), ip: formatIpv4(bytes.readUInt32BE(12)), hostname: readHostName(bytes) };
}

/** Option 12, when it is plain text. @see RFC 2132 §3.14 */
function readHostName(bytes: Buffer): string | undefined {
  for (let at = DHCP_FIXED_BYTES + 4; at < bytes.length;) {
    const [code, size] = bytes.subarray(at);
    if (code === 0) at += 1;
    else if (code === 255 || size === undefined) return undefined;
    else if (code !== HOST_NAME) at += 2 + size;
    else return /^[\w.-]{1,255}(?=\0*$)/.exec(bytes.toString('latin1', at + 2, at + 2 + size))?.[0];
  }
  return undefined;
}

function macAt(bytes: Buffer, at: number): Mac {
  return (bytes.toString('hex', at, at + 6).match(/../g) ?? []).join(':') as Mac;
}
