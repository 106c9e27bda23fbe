// The answer to one DHCP packet, decided. In: the packet, and what is known of who sent it. Out: a reply or none, and what
// is to be done besides, in order, as data. Never: I/O, clocks; what boots is decideBoot's, what a reply looks like is
// dhcp-reply's.
import { sameNetwork } from '../../lib/ipv4.ts';
import { decideBoot } from '../decide.ts';
import type { DhcpPacket } from '../protocol/dhcp.ts';
import { messageType, option, readText, readUint8 } from '../protocol/dhcp-options.ts';
import { readNetbootClient } from '../protocol/netboot-client.ts';
import type { NetbootClient } from '../protocol/netboot-client.ts';
import { decline, release } from './decide-give-back.ts';
import { networkOf } from './dhcp-arrival.ts';
import type { DhcpEffect } from './dhcp-effect.ts';
import { bindingOf, fixedAddressOf, netmaskOf } from './dhcp-binding.ts';
import { grant, refuse, requestKind, requestedAddress } from './dhcp-reply.ts';
import type { DhcpReply } from './dhcp-reply.ts';
import type { DhcpDecision, DhcpView } from './dhcp-view.ts';
import { fitReply } from './order-options.ts';

/** @see RFC 2131 §4.3 */
export function decideDhcp(packet: DhcpPacket, view: DhcpView): DhcpDecision {
  const type = readUint8(packet.options, option.messageType);
  const decision = whatFits(packet, view, decideByType(packet, view, type));
  if (view.site !== undefined) return decision;
  return { ...decision, effects: [{ kind: 'seen-unknown' }, ...decision.effects] };
}

/** What cannot be sent is not promised either. */
function whatFits(packet: DhcpPacket, { mac }: DhcpView, decision: DhcpDecision): DhcpDecision {
  if (decision.reply === undefined) return decision;
  const { to } = decision.reply;
  const fitting = fitReply(packet, decision.reply.packet);
  if (fitting !== undefined) return { ...decision, reply: { packet: fitting, to } };
  const message = 'a DHCP client leaves no room for an answer in what it takes';
  return silently({ kind: 'log', key: `room ${mac}`, message, fields: { mac } });
}

function decideByType(packet: DhcpPacket, view: DhcpView, type: number | undefined): DhcpDecision {
  switch (type) {
    case messageType.discover:
      return discover(packet, view);
    case messageType.request:
      return request(packet, view);
    case messageType.inform:
      return inform(packet, view);
    case messageType.release:
      return release(packet, view);
    case messageType.decline:
      return decline(packet, view);
    case undefined:
    default:
      return silently({
        kind: 'log',
        key: `type ${type}`,
        message: 'dropped a DHCP packet of an unknown type',
        fields: { mac: view.mac, type },
      });
  }
}

function discover(packet: DhcpPacket, view: DhcpView): DhcpDecision {
  const client = readNetbootClient(packet.options);
  const fixed = fixedAddressOf(view.site, view.mac);
  const address = fixed ?? view.offered;
  const seen: DhcpEffect[] = client.kind === 'system' ? [] : [seenNetboot(client)];
  if (view.isResting) {
    const why = `its address ${fixed} is used by another machine on the network; it is offered again in ten minutes at most`;
    return silently(...seen, note('resting', `DHCPDISCOVER: no answer, ${why}`));
  }
  if (address === undefined || !isOnItsNetwork(packet, view, address)) {
    return silently(...seen, ...noAddress(packet, view));
  }
  const { reply, effects: more } = grantTo(packet, view, { type: 'offer', address, client });
  const reserves: DhcpEffect[] = fixed === undefined ? [{ kind: 'reserve', address }] : [];
  const words = `DHCPDISCOVER from ${who(view, client.kind)}: offered ${address}${fileWords(reply)}`;
  return { reply, effects: [...reserves, ...seen, ...more, note(`offer ${client.kind}`, words)] };
}

/** The first architecture that the table has is the one that decideBoot chooses a boot program by. */
function seenNetboot({ kind, architectures }: Exclude<NetbootClient, { kind: 'system' }>): DhcpEffect {
  const architecture = architectures.find(({ of }) => of !== undefined)?.of;
  return { kind: 'seen-netboot', stage: kind, architecture };
}

function request(packet: DhcpPacket, view: DhcpView): DhcpDecision {
  const fixed = fixedAddressOf(view.site, view.mac);
  const wanted = requestedAddress(packet);
  const address = fixed ?? view.held;
  if (address === undefined && requestKind(packet) !== 'selecting' && !isOnWrongNetwork(packet, view, wanted)) {
    return silently();
  }
  if (address === undefined || wanted !== address || !isOnItsNetwork(packet, view, address)) {
    const words = `DHCPREQUEST for ${wanted ?? 'no address'}: refused, its address is ${address ?? 'none'}`;
    return {
      reply: refuse(packet, view.serverAddress, 'not your address'),
      effects: [note(`nak ${wanted}`, words)],
    };
  }
  const client = readNetbootClient(packet.options);
  const { reply, effects: more } = grantTo(packet, view, { type: 'ack', address, client });
  const words = `DHCPREQUEST from ${who(view, client.kind)}: has ${address}${fileWords(reply)}`;
  const effects: DhcpEffect[] = [
    ...(fixed === undefined ? ([{ kind: 'bind', address }] as const) : []),
    // Strangers have no timeline that their address could lead to.
    ...(view.site === undefined ? [] : ([{ kind: 'seen-at', address }] as const)),
    ...more,
    note(`ack ${client.kind}`, words),
  ];
  return { reply, effects };
}

function inform(packet: DhcpPacket, view: DhcpView): DhcpDecision {
  const address = packet.ciaddr;
  // What else we know of networks is this record's, or of our own one.
  const home = fixedAddressOf(view.site, view.mac) ?? view.serverAddress;
  if (!isOnItsNetwork(packet, view, address) || !sameNetwork(address, home, maskOf(view))) return silently();
  return grantTo(packet, view, { type: 'ack', address, client: readNetbootClient(packet.options) });
}

function noAddress(packet: DhcpPacket, view: DhcpView): DhcpEffect[] {
  const { mac, site } = view;
  const network = networkOf(packet, view);
  const fixed = fixedAddressOf(site, mac);
  const record = site === undefined ? 'its MAC address is unknown to the site' : 'its record has no IP address';
  const why =
    fixed === undefined
      ? `${record}, and ${noRange(packet, view)}`
      : `the address of its record, ${fixed}, is not of the network of ${network}, from which it asks`;
  const fields = { mac, machine: site?.name, why };
  // A relay of somebody else's network is one fault, not one of each machine behind it.
  const about = site === undefined && !isOnOurNetwork(packet, view) ? `network ${network}` : mac;
  return [
    { kind: 'log', key: `none ${about}`, message: 'no address for a DHCP client', fields },
    note('no address', `DHCPDISCOVER: no answer, ${why}`),
  ];
}

function noRange(packet: DhcpPacket, view: DhcpView): string {
  if (!view.hasRange) return 'dhcp.range is not set';
  return isOnOurNetwork(packet, view)
    ? 'no address of dhcp.range is free'
    : `dhcp.range is not of the network of ${networkOf(packet, view)}, from which it asks`;
}

/** An OFFER or ACK; when the firmware asks for a boot that there is none of, its effects say why. */
function grantTo(
  packet: DhcpPacket,
  view: DhcpView,
  { type, address, client }: { type: 'offer' | 'ack'; address: string; client: NetbootClient },
): { reply: DhcpReply; effects: DhcpEffect[] } {
  // What boots over DHCP depends on the firmware and on NETBOOT alone; the machine's own script says the rest.
  const boot = decideBoot({ via: 'dhcp', client, way: view.way }, { kind: 'unknown' });
  const { serverAddress, serverUrl, leaseSeconds, mac, site } = view;
  const binding = bindingOf(site, { address, netmask: netmaskOf(site, view.serverNetmask), leaseSeconds });
  const reply = grant(packet, type, { serverAddress, serverUrl, boot, binding });
  if (client.kind === 'system') return { reply, effects: [] };
  if (boot.give !== 'nothing') return { reply, effects: oddArchitecture(packet, mac) };
  const log: DhcpEffect = {
    kind: 'log',
    key: `arch ${boot.why}`,
    message: 'a machine asks for a network boot',
    fields: { mac, why: boot.why, ...whatItSaid(packet) },
  };
  return { reply, effects: [log, note(`no boot ${boot.why}`, boot.why)] };
}

/** What firmware says of itself, for whoever is to add a boot program for it; the log cuts long texts. */
function whatItSaid({ options }: DhcpPacket): Readonly<Record<string, string>> {
  const said = { vendorClass: option.vendorClass, userClass: option.userClass };
  const hex = { architecture: option.architecture, networkInterface: option.networkInterface };
  return Object.fromEntries(
    [
      ...Object.entries(said).flatMap(([name, code]) => [[name, readText(options, code)]]),
      ...Object.entries(hex).map(([name, code]) => [name, Buffer.from(options.get(code) ?? []).toString('hex')]),
    ].filter(([, text]) => text !== undefined && text !== ''),
  );
}

/** Two octets are one architecture; what firmware with another number of them is can only be guessed. */
function oddArchitecture(packet: DhcpPacket, mac: string): DhcpEffect[] {
  const sizeBytes = packet.options.get(option.architecture)?.length ?? 2;
  if (sizeBytes % 2 === 0 && sizeBytes > 0) return [];
  const message = 'a machine names its architecture (option 93) in a number of bytes that makes no sense';
  return [{ kind: 'log', key: `arch bytes ${mac}`, message, fields: { mac, sizeBytes } }];
}

/** Whether the address is of the network that the client is on. */
function isOnItsNetwork(packet: DhcpPacket, view: DhcpView, address: string): boolean {
  return sameNetwork(address, networkOf(packet, view), maskOf(view));
}

/** Whether the client is on the server's own network, which the range is of. */
function isOnOurNetwork(packet: DhcpPacket, view: DhcpView): boolean {
  return sameNetwork(view.serverAddress, networkOf(packet, view), view.serverNetmask);
}

/**
 * Of a client without record and lease: it must not go on with an address of elsewhere, but one of here it may have from
 * another server. Where we have no address for it, all of it is another server's business. @see RFC 2131 §4.3.2
 */
function isOnWrongNetwork(packet: DhcpPacket, view: DhcpView, wanted: string | undefined): boolean {
  if (wanted === undefined || !view.hasRange || !isOnOurNetwork(packet, view)) return false;
  return !sameNetwork(wanted, view.serverAddress, view.serverNetmask);
}

const maskOf = (view: DhcpView): string => netmaskOf(view.site, view.serverNetmask);

function who({ state }: DhcpView, kind: NetbootClient['kind']): string {
  const system = state === 'installing' ? 'the installer' : 'the system on its disk';
  return { system, firmware: 'the PXE firmware', ipxe: 'iPXE' }[kind];
}

const silently = (...effects: readonly DhcpEffect[]): DhcpDecision => ({ reply: undefined, effects });

const note = (key: string, text: string): DhcpEffect => ({ kind: 'note', key: `dhcp ${key}`, text });

const fileWords = (reply: DhcpReply): string => (reply.packet.file === '' ? '' : ` and boot file ${reply.packet.file}`);
