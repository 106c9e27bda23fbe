// DHCP packets. In: bytes. Out: plain objects, and bytes again. Never: I/O, opinions about what to answer.
import { formatIpv4, parseIpv4 } from '../../lib/ipv4.ts';
import { option, readUint16 } from './dhcp-options.ts';
import { parseOptionAreas, printOptionAreas } from './dhcp-option-areas.ts';
import type { DhcpOptions } from './dhcp-option-areas.ts';

/** BOOTREQUEST and BOOTREPLY. @see RFC 2131 §2 */
export const BOOTREQUEST = 1;
export const BOOTREPLY = 2;

/** The broadcast bit of `flags`. @see RFC 2131 §2, figure 2 */
export const BROADCAST_FLAG = 0x8000;

/** One packet. Addresses are dotted; `chaddr` is `hlen` octets (at most 16); options are raw bytes by code. */
export type DhcpPacket = {
  readonly op: number;
  readonly htype: number;
  readonly hops: number;
  readonly xid: number;
  readonly secs: number;
  readonly flags: number;
  readonly ciaddr: string;
  readonly yiaddr: string;
  readonly siaddr: string;
  readonly giaddr: string;
  readonly chaddr: Uint8Array;
  readonly sname: string;
  readonly file: string;
  readonly options: DhcpOptions;
};

export type ParsedDhcp =
  | { readonly ok: true; readonly packet: DhcpPacket }
  | { readonly ok: false; readonly why: string };

const FIXED_BYTES = 236;
const COOKIE = Uint8Array.of(99, 130, 83, 99);
const SNAME = { start: 44, sizeBytes: 64 };
const FILE = { start: 108, sizeBytes: 128 };
/** A client accepts at least this many bytes of DHCP message: a 576-byte datagram without its headers. */
const MIN_CLIENT_BYTES = 548;
/** What fits an Ethernet frame. */
const MAX_REPLY_BYTES = 1472;
/** IP and UDP headers that option 57 counts. */
const HEADER_BYTES = 28;
/** Some relays and old clients drop anything shorter than a BOOTP packet. */
const MIN_BYTES = 300;

/**
 * Reads one packet; options of one code are joined in the order options, file, sname.
 * @see RFC 2131 §2, RFC 2132 §9.3 (overload), RFC 3396 (long options)
 */
export function parseDhcp(bytes: Uint8Array): ParsedDhcp {
  if (bytes.length < FIXED_BYTES + COOKIE.length) return { ok: false, why: `only ${bytes.length} bytes` };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (!COOKIE.every((octet, index) => bytes[FIXED_BYTES + index] === octet)) {
    return { ok: false, why: 'no DHCP magic cookie (plain BOOTP?)' };
  }
  const hlen = view.getUint8(2);
  if (hlen > 16) return { ok: false, why: `hardware address of ${hlen} octets` };
  const file = bytes.subarray(FILE.start, FILE.start + FILE.sizeBytes);
  const sname = bytes.subarray(SNAME.start, SNAME.start + SNAME.sizeBytes);
  const areas = parseOptionAreas(bytes.subarray(FIXED_BYTES + COOKIE.length), file, sname);
  if (!areas.ok) return areas;
  const address = (offset: number): string => formatIpv4(view.getUint32(offset));
  const packet: DhcpPacket = {
    op: view.getUint8(0),
    htype: view.getUint8(1),
    hops: view.getUint8(3),
    xid: view.getUint32(4),
    secs: view.getUint16(8),
    flags: view.getUint16(10),
    ciaddr: address(12),
    yiaddr: address(16),
    siaddr: address(20),
    giaddr: address(24),
    chaddr: bytes.slice(28, 28 + hlen),
    sname: areas.snameIsOptions ? '' : latin1UntilNul(sname),
    file: areas.fileIsOptions ? '' : latin1UntilNul(file),
    options: areas.options,
  };
  return { ok: true, packet };
}

/** The most bytes that whoever asks takes for an answer. @see RFC 2132 §9.10 */
export function replyLimitOf(request: DhcpPacket): number {
  const datagram = readUint16(request.options, option.maxMessageBytes) ?? 0;
  return Math.min(Math.max(datagram - HEADER_BYTES, MIN_CLIENT_BYTES), MAX_REPLY_BYTES);
}

/** Whether the options fit in their own field of a packet of so many bytes, without printing it. */
export function fitsPlainly({ options }: DhcpPacket, maxBytes: number): boolean {
  let sizeBytes = FIXED_BYTES + COOKIE.length + 1;
  for (const { length } of options.values()) sizeBytes += length + 2 * Math.max(1, Math.ceil(length / 255));
  return sizeBytes <= maxBytes;
}

/**
 * Writes one packet, padded to 300 bytes; options in the map's order, long ones split, and moved into unused `file`
 * and `sname` fields when they would exceed `maxBytes`. The relay's option is not counted, and is left out when the packet
 * would not fit a frame with it (RFC 3046 §2.2).
 * @throws RangeError when a field cannot be represented or the options do not fit.
 */
export function printDhcp(packet: DhcpPacket, maxBytes = MIN_CLIENT_BYTES): Uint8Array {
  const print = (options: DhcpOptions) =>
    printOptionAreas(options, {
      optionsBytes: maxBytes - FIXED_BYTES - COOKIE.length,
      fileBytes: packet.file === '' ? FILE.sizeBytes : 0,
      snameBytes: packet.sname === '' ? SNAME.sizeBytes : 0,
    });
  const all = print(packet.options);
  const isTooLarge = FIXED_BYTES + COOKIE.length + all.options.length > Math.max(maxBytes, MAX_REPLY_BYTES);
  const areas = isTooLarge ? print(new Map([...packet.options].filter(([code]) => code !== option.relayAgent))) : all;
  const bytes = new Uint8Array(Math.max(MIN_BYTES, FIXED_BYTES + COOKIE.length + areas.options.length));
  const view = new DataView(bytes.buffer);
  view.setUint8(0, packet.op);
  view.setUint8(1, packet.htype);
  view.setUint8(2, packet.chaddr.length);
  view.setUint8(3, packet.hops);
  view.setUint32(4, packet.xid);
  view.setUint16(8, packet.secs);
  view.setUint16(10, packet.flags);
  for (const [offset, text] of [
    [12, packet.ciaddr],
    [16, packet.yiaddr],
    [20, packet.siaddr],
    [24, packet.giaddr],
  ] as const) {
    const value = parseIpv4(text);
    if (value === undefined) throw new RangeError(`not an IPv4 address: ${text}`);
    view.setUint32(offset, value);
  }
  if (packet.chaddr.length > 16) throw new RangeError(`hardware address of ${packet.chaddr.length} octets`);
  bytes.set(packet.chaddr, 28);
  bytes.set(areas.sname ?? latin1Field(packet.sname, SNAME.sizeBytes), SNAME.start);
  bytes.set(areas.file ?? latin1Field(packet.file, FILE.sizeBytes), FILE.start);
  bytes.set(COOKIE, FIXED_BYTES);
  bytes.set(areas.options, FIXED_BYTES + COOKIE.length);
  return bytes;
}

function latin1UntilNul(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return Buffer.from(end === -1 ? bytes : bytes.subarray(0, end)).toString('latin1');
}

function latin1Field(text: string, sizeBytes: number): Uint8Array {
  const bytes = Buffer.from(text, 'latin1');
  if (bytes.length > sizeBytes) throw new RangeError(`longer than ${sizeBytes} bytes: ${text}`);
  return bytes;
}
