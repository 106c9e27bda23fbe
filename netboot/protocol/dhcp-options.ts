// What single DHCP options mean. In: raw option bytes. Out: numbers and texts, and bytes again. Never: I/O.
import { formatIpv4, parseIpv4 } from '../../lib/ipv4.ts';
import type { DhcpOptions } from './dhcp-option-areas.ts';

/** Codes this server reads or writes. @see RFC 2132, 3004 (77), 3046 (82), 4578 (93, 94, 97), 3011 (118), iPXE (175) */
export const option = {
  netmask: 1,
  routers: 3,
  nameServers: 6,
  hostName: 12,
  domain: 15,
  broadcast: 28,
  vendorSpecific: 43,
  requestedAddress: 50,
  leaseSeconds: 51,
  messageType: 53,
  serverId: 54,
  parameterList: 55,
  message: 56,
  maxMessageBytes: 57,
  renewSeconds: 58,
  rebindSeconds: 59,
  vendorClass: 60,
  clientId: 61,
  tftpServer: 66,
  bootFile: 67,
  userClass: 77,
  relayAgent: 82,
  architecture: 93,
  networkInterface: 94,
  machineUuid: 97,
  subnetSelection: 118,
  ipxe: 175,
} as const;

/** Values of option 53. @see RFC 2132 §9.6 */
export const messageType = {
  discover: 1,
  offer: 2,
  request: 3,
  decline: 4,
  ack: 5,
  nak: 6,
  release: 7,
  inform: 8,
} as const;

export const uint8 = (value: number): Uint8Array => Uint8Array.of(value);

export function uint32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}

export const text = (value: string): Uint8Array => Uint8Array.from(Buffer.from(value, 'latin1'));

/** One or several addresses. @throws RangeError when a text is no IPv4 address. */
export function addresses(...values: readonly string[]): Uint8Array {
  const bytes = new Uint8Array(values.length * 4);
  values.forEach((value, index) => {
    const number = parseIpv4(value);
    if (number === undefined) throw new RangeError(`not an IPv4 address: ${value}`);
    bytes.set(uint32(number), index * 4);
  });
  return bytes;
}

/** The one octet of an option such as 53. */
export function readUint8(options: DhcpOptions, code: number): number | undefined {
  const bytes = options.get(code);
  return bytes?.length === 1 ? bytes[0] : undefined;
}

/** The 16-bit numbers of an option such as 93; an octet that is left over is none. */
export function readUint16s(options: DhcpOptions, code: number): readonly number[] {
  const bytes = options.get(code) ?? new Uint8Array();
  return Array.from({ length: Math.floor(bytes.length / 2) }, (_, at) => bytes[2 * at]! * 256 + bytes[2 * at + 1]!);
}

/** The first 16-bit number of an option such as 57. */
export function readUint16(options: DhcpOptions, code: number): number | undefined {
  const bytes = options.get(code);
  const [high, low] = bytes ?? [];
  return high === undefined || low === undefined ? undefined : high * 256 + low;
}

export function readAddress(options: DhcpOptions, code: number): string | undefined {
  const bytes = options.get(code);
  if (bytes?.length !== 4) return undefined;
  return formatIpv4(new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0));
}

/** Text up to the first NUL, one character per octet. */
export function readText(options: DhcpOptions, code: number): string | undefined {
  const bytes = options.get(code);
  if (bytes === undefined) return undefined;
  return Buffer.from(bytes).toString('latin1').replace(/\0.*$/s, '');
}

/** User classes: length-prefixed as the RFC has them, or the bare text that iPXE sends. @see RFC 3004 §4 */
export function readUserClasses(options: DhcpOptions): readonly string[] {
  const bytes = options.get(option.userClass);
  if (bytes === undefined) return [];
  const classes: string[] = [];
  let at = 0;
  while (at < bytes.length) {
    const sizeBytes = bytes[at] ?? 0;
    if (sizeBytes === 0 || at + 1 + sizeBytes > bytes.length) return [Buffer.from(bytes).toString('latin1')];
    classes.push(Buffer.from(bytes.subarray(at + 1, at + 1 + sizeBytes)).toString('latin1'));
    at += 1 + sizeBytes;
  }
  return classes;
}
