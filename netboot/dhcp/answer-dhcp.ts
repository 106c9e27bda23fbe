// One DHCP packet from question to answer. In: a parsed packet. Out: a reply or nothing, the machine's timeline noted,
// leases kept. Never: sockets, decisions: it looks up what decide-dhcp.ts must know, and has done what that says.
import { netbootWayNamed } from '../../lib/netboot-ways.ts';
import type { NetbootWay } from '../../lib/netboot-ways.ts';
import { parseMac } from '../../lib/mac.ts';
import type { Mac } from '../../lib/mac.ts';
import type { MachineSource, SiteMachine } from '../machine-source.ts';
import type { DhcpPacket } from '../protocol/dhcp.ts';
import { messageType, option, readAddress, readUint8 } from '../protocol/dhcp-options.ts';
import type { MachineRow } from '../state/machine-row.ts';
import { chooseAddress, currentAddress } from '../state/offer-lease.ts';
import { carryOutDhcp } from './carry-out-dhcp.ts';
import type { DhcpHandles } from './carry-out-dhcp.ts';
import { decideDhcp } from './decide-dhcp.ts';
import type { DhcpSettings, DhcpView } from './dhcp-view.ts';
import { fixedAddressOf } from './dhcp-binding.ts';
import type { DhcpArrival } from './dhcp-arrival.ts';
import { serverIdOf } from './dhcp-reply.ts';
import type { DhcpReply } from './dhcp-reply.ts';
import { claimForNotes } from '../machines/ask-machines.ts';

export type DhcpService = DhcpHandles &
  DhcpSettings & {
    readonly source: MachineSource;
    /** What a UEFI begins with whose record does not say it. */
    readonly defaultWay: NetbootWay;
  };

/** @see RFC 2131 §4.3 */
export async function answerDhcp(
  service: DhcpService,
  packet: DhcpPacket,
  arrival: DhcpArrival,
): Promise<DhcpReply | undefined> {
  const mac = macOf(packet);
  if (mac === undefined) {
    const { htype } = packet;
    service.logOnce(`htype ${htype}`, 'dropped a DHCP packet of a network that is not Ethernet', { htype });
    return undefined;
  }
  if (isForAnotherServer(service, packet)) {
    const takesItsOffer = readUint8(packet.options, option.messageType) === messageType.request;
    if (takesItsOffer) carryOutDhcp(service, { mac, row: undefined }, [{ kind: 'drop-offer' }]);
    return undefined;
  }
  const site = await service.source.lookupByMac(mac);
  const row = site === undefined ? undefined : claimForNotes(service.machines, site);
  const { reply, effects } = decideDhcp(packet, viewOf(service, packet, { mac, arrival, site, row }));
  return carryOutDhcp(service, { mac, row }, effects) ? reply : undefined;
}

/** A relay that has given itself out as the server sends on what is meant for us. */
function isForAnotherServer({ serverAddress }: DhcpService, packet: DhcpPacket): boolean {
  const server = readAddress(packet.options, option.serverId);
  return server !== undefined && server !== serverAddress && server !== serverIdOf(packet, serverAddress);
}

type Asker = {
  readonly mac: string;
  readonly arrival: DhcpArrival;
  readonly site: SiteMachine | undefined;
  readonly row: MachineRow | undefined;
};

/** The pool is asked only for what the packet is about: a search through it may cost something. */
function viewOf(service: DhcpService, packet: DhcpPacket, { mac, arrival, site, row }: Asker): DhcpView {
  const { serverAddress, serverUrl, serverNetmask, leaseSeconds } = service;
  const fixed = fixedAddressOf(site, mac);
  const leases = fixed === undefined ? service.leases : undefined;
  const type = readUint8(packet.options, option.messageType);
  const wanted = readAddress(packet.options, option.requestedAddress);
  const isKnown = site !== undefined;
  return {
    serverAddress,
    serverUrl,
    serverNetmask,
    leaseSeconds,
    mac,
    arrival,
    way: netbootWayNamed(site?.record['NETBOOT']) ?? service.defaultWay,
    hasRange: service.leases !== undefined,
    site,
    state: row?.life.state,
    offered:
      leases !== undefined && type === messageType.discover
        ? chooseAddress(leases, { mac, wanted, isKnown })
        : undefined,
    held: leases !== undefined && type !== messageType.discover ? currentAddress(leases, mac) : undefined,
    isResting: fixed !== undefined && service.resting.isResting(fixed),
  };
}

/** The canonical MAC address of the asker; undefined on networks that are not Ethernet. */
export function macOf(packet: DhcpPacket): Mac | undefined {
  if (packet.htype !== 1 || packet.chaddr.length !== 6) return undefined;
  return parseMac(Buffer.from(packet.chaddr).toString('hex'));
}
