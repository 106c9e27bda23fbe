// DHCP packets for tests: questions in a few words, answers in fewer.
import type { DhcpArrival } from './dhcp-arrival.ts';
import type { DhcpReply } from './dhcp-reply.ts';
import type { DhcpPacket } from '../protocol/dhcp.ts';
import { addresses, messageType, option, readUint8, uint8 } from '../protocol/dhcp-options.ts';

/** The card of the fake site's one machine. */
const KNOWN = [0x52, 0x54, 0, 0x12, 0x34, 0x56];
export const STRANGER = [0x52, 0x54, 0, 0, 0, 1];

/** As a client without an address sends it. */
export const BY_BROADCAST: DhcpArrival = { source: '0.0.0.0', isBroadcast: true };
/** To the server alone, from that address. */
export const unicastFrom = (source: string): DhcpArrival => ({ source, isBroadcast: false });

export type Question = {
  type: keyof typeof messageType;
  mac?: readonly number[];
  ciaddr?: string;
  giaddr?: string;
  requested?: string;
  server?: string;
  more?: readonly (readonly [number, Uint8Array])[];
};

/** A packet of a client on Ethernet, as a server reads it. */
export function ask(question: Question): DhcpPacket {
  const { requested, server, more = [] } = question;
  return {
    op: 1,
    htype: 1,
    hops: 0,
    xid: 77,
    secs: 0,
    flags: 0,
    ciaddr: question.ciaddr ?? '0.0.0.0',
    yiaddr: '0.0.0.0',
    siaddr: '0.0.0.0',
    giaddr: question.giaddr ?? '0.0.0.0',
    chaddr: Uint8Array.from(question.mac ?? KNOWN),
    sname: '',
    file: '',
    options: new Map([
      [option.messageType, uint8(messageType[question.type])],
      ...(requested === undefined ? [] : ([[option.requestedAddress, addresses(requested)]] as const)),
      ...(server === undefined ? [] : ([[option.serverId, addresses(server)]] as const)),
      ...more,
    ]),
  };
}

/** `offer 10.77.0.9`: what a reply comes to. */
export function words(reply: DhcpReply | undefined): string {
  if (reply === undefined) return 'nothing';
  const type = readUint8(reply.packet.options, option.messageType);
  const name = Object.entries(messageType).find(([, value]) => value === type)?.[0] ?? String(type);
  const to = reply.to.kind === 'broadcast' ? '' : ` to ${reply.to.kind} ${reply.to.address}`;
  return `${name} ${reply.packet.yiaddr}${to}`;
}
