// What a DHCP reply looks like. In: the packet that it answers, what address is theirs, and the boot decision. Out: a
// reply and where it goes. Never: I/O, choosing addresses, deciding what boots.
import type { BootDecision } from '../decide.ts';
import { BOOTREPLY, BROADCAST_FLAG } from '../protocol/dhcp.ts';
import type { DhcpPacket } from '../protocol/dhcp.ts';
import {
  addresses,
  messageType,
  option,
  readAddress,
  readUint8,
  text,
  uint32,
  uint8,
} from '../protocol/dhcp-options.ts';
import { routes } from '../../contract/routes.ts';
import { broadcastOf } from '../../lib/ipv4.ts';
import { orderOptions } from './order-options.ts';
import { readNetbootClient } from '../protocol/netboot-client.ts';
import { serverIdOverrideOf } from '../protocol/relay-agent.ts';

/** The network parameters of one client. Addresses are dotted, times in seconds. */
export type DhcpBinding = {
  readonly address: string;
  readonly netmask: string;
  readonly routers: readonly string[];
  readonly nameServers: readonly string[];
  readonly domain: string | undefined;
  readonly hostName: string | undefined;
  readonly leaseSeconds: number;
};

export type DhcpContext = {
  readonly serverAddress: string;
  readonly serverUrl: string;
  readonly binding: DhcpBinding;
  readonly boot: BootDecision;
};

export type DhcpReply = { readonly packet: DhcpPacket; readonly to: DhcpDestination };
export type DhcpDestination =
  | { readonly kind: 'relay'; readonly address: string }
  | { readonly kind: 'client'; readonly address: string }
  | { readonly kind: 'broadcast' };

/** How a DHCPREQUEST was meant. @see RFC 2131 §4.3.2 */
export type RequestKind = 'selecting' | 'init-reboot' | 'renewing';

export function requestKind(packet: DhcpPacket): RequestKind {
  if (packet.ciaddr !== '0.0.0.0') return 'renewing';
  return packet.options.has(option.serverId) ? 'selecting' : 'init-reboot';
}

/** The address that a REQUEST or DECLINE is about. */
export function requestedAddress(packet: DhcpPacket): string | undefined {
  return packet.ciaddr === '0.0.0.0' ? readAddress(packet.options, option.requestedAddress) : packet.ciaddr;
}

/** The address by which the client is to know this server: its own, or the one that a relay says. @see RFC 5107 §4 */
export function serverIdOf(packet: DhcpPacket, serverAddress: string): string {
  return serverIdOverrideOf(packet.options) ?? serverAddress;
}

/** An OFFER or ACK with the binding and, for a netboot, the boot file. */
export function grant(request: DhcpPacket, type: 'offer' | 'ack', context: DhcpContext): DhcpReply {
  const inform = readUint8(request.options, option.messageType) === messageType.inform;
  const { file, by } = bootFileOf(context);
  const options = new Map<number, Uint8Array>([
    [option.messageType, uint8(messageType[type])],
    [option.serverId, addresses(serverIdOf(request, context.serverAddress))],
    ...(inform ? [] : leaseOptions(context.binding.leaseSeconds)),
    ...networkOptions(context.binding),
    ...bootOptions(request, context.serverAddress, { file, by }),
    ...echoedOptions(request),
    ...pxeOptions(request),
  ]);
  const packet: DhcpPacket = {
    ...replyHead(request),
    ciaddr: type === 'ack' ? request.ciaddr : '0.0.0.0',
    yiaddr: inform ? '0.0.0.0' : context.binding.address,
    siaddr: file === '' ? '0.0.0.0' : context.serverAddress,
    file,
    options: orderOptions(request, options),
  };
  return { packet, to: destination(request, type) };
}

/** A NAK: the client must start again. @see RFC 2131 §4.3.2, table 3 */
export function refuse(request: DhcpPacket, serverAddress: string, why: string): DhcpReply {
  const options = new Map<number, Uint8Array>([
    [option.messageType, uint8(messageType.nak)],
    [option.serverId, addresses(serverIdOf(request, serverAddress))],
    [option.message, text(why)],
    ...echoedOptions(request),
  ]);
  const relayed = request.giaddr !== '0.0.0.0';
  const head = replyHead(request);
  const flags = relayed ? head.flags | BROADCAST_FLAG : head.flags;
  const packet = { ...head, flags, options: orderOptions(request, options) };
  return { packet, to: relayed ? { kind: 'relay', address: request.giaddr } : { kind: 'broadcast' } };
}

function replyHead(request: DhcpPacket): DhcpPacket {
  return {
    op: BOOTREPLY,
    htype: request.htype,
    hops: 0,
    xid: request.xid,
    secs: 0,
    flags: request.flags,
    ciaddr: '0.0.0.0',
    yiaddr: '0.0.0.0',
    siaddr: '0.0.0.0',
    giaddr: request.giaddr,
    chaddr: request.chaddr,
    sname: '',
    file: '',
    options: new Map(),
  };
}

/**
 * A client without an address gets a broadcast even when it would take a unicast: that would need an ARP entry, which
 * only a raw socket can make up for. @see RFC 2131 §4.1, which allows the broadcast
 */
function destination(request: DhcpPacket, type: 'offer' | 'ack'): DhcpDestination {
  if (request.giaddr !== '0.0.0.0') return { kind: 'relay', address: request.giaddr };
  if (type === 'ack' && request.ciaddr !== '0.0.0.0') return { kind: 'client', address: request.ciaddr };
  return { kind: 'broadcast' };
}

type OptionEntries = readonly (readonly [number, Uint8Array])[];

function leaseOptions(leaseSeconds: number): OptionEntries {
  return [
    [option.leaseSeconds, uint32(leaseSeconds)],
    [option.renewSeconds, uint32(Math.floor(leaseSeconds / 2))],
    [option.rebindSeconds, uint32(Math.floor((leaseSeconds * 7) / 8))],
  ];
}

function networkOptions(binding: DhcpBinding): OptionEntries {
  const broadcast = broadcastOf(binding.address, binding.netmask);
  return [
    [option.netmask, addresses(binding.netmask)],
    ...(binding.routers.length === 0 ? [] : ([[option.routers, addresses(...binding.routers)]] as const)),
    ...(binding.nameServers.length === 0 ? [] : ([[option.nameServers, addresses(...binding.nameServers)]] as const)),
    ...(binding.hostName === undefined ? [] : ([[option.hostName, text(binding.hostName)]] as const)),
    ...(binding.domain === undefined ? [] : ([[option.domain, text(binding.domain)]] as const)),
    ...(broadcast === undefined ? [] : ([[option.broadcast, addresses(broadcast)]] as const)),
  ];
}

/** 176 inside 175 tells iPXE that no proxyDHCP answer will follow, which saves it the wait. @see ipxe.org/howto/dhcpd */
const NO_PROXY_DHCP = Uint8Array.of(176, 1, 1);

/** A firmware that boots by HTTP takes a URL for the name of its file. */
function bootFileOf({ boot, serverUrl }: DhcpContext): { file: string; by: 'tftp' | 'http' } {
  if (boot.give === 'start-script') return { file: boot.file, by: 'tftp' };
  if (boot.give !== 'boot-loader') return { file: '', by: 'tftp' };
  const { file, by = 'tftp' } = boot;
  return by === 'http' ? { file: serverUrl + routes.loader(file), by } : { file, by };
}

/** Without it, a firmware that boots by HTTP takes the offer for one that is not about it. @see UEFI 2.10 §24.7.3.1 */
const HTTP_CLIENT = 'HTTPClient';

function bootOptions(
  request: DhcpPacket,
  serverAddress: string,
  { file, by }: ReturnType<typeof bootFileOf>,
): OptionEntries {
  if (file === '') return [];
  const asked = request.options.get(option.parameterList) ?? new Uint8Array();
  return [
    ...(by === 'http' ? ([[option.vendorClass, text(HTTP_CLIENT)]] as const) : []),
    ...(by === 'tftp' && asked.includes(option.tftpServer)
      ? ([[option.tftpServer, text(serverAddress)]] as const)
      : []),
    ...(asked.includes(option.bootFile) ? ([[option.bootFile, text(file)]] as const) : []),
    ...(request.options.has(option.ipxe) ? ([[option.ipxe, NO_PROXY_DHCP]] as const) : []),
  ];
}

/** @see RFC 6842 (61), RFC 4578 §2.3 (97), RFC 3011 §4 (118), RFC 3046 §2.2 (82) */
const echoedOptions = (request: DhcpPacket): OptionEntries =>
  echo(request, [option.clientId, option.machineUuid, option.subnetSelection, option.relayAgent]);

/** What a PXE client says of its firmware is in both directions. @see RFC 4578 §2.1 (93), §2.2 (94) */
function pxeOptions(request: DhcpPacket): OptionEntries {
  if (readNetbootClient(request.options).kind === 'system') return [];
  return echo(request, [option.architecture, option.networkInterface]);
}

function echo(request: DhcpPacket, codes: readonly number[]): OptionEntries {
  return codes.flatMap((code) => {
    const bytes = request.options.get(code);
    return bytes === undefined ? [] : [[code, bytes] as const];
  });
}
