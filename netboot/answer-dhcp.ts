// One DHCP packet from question to answer. In: a parsed packet. Out: a reply or nothing, the machine's timeline noted,
// leases kept. Never: sockets. What boots is decideBoot's, what a reply looks like is decide-dhcp's.
import { parseMac } from '../lib/mac.ts';
import type { Mac } from '../lib/mac.ts';
import { decideBoot } from './decide.ts';
import { grant, refuse, requestKind, requestedAddress } from './decide-dhcp.ts';
import type { DhcpContext, DhcpReply } from './decide-dhcp.ts';
import { askedFrom, bindingOf, fixedAddressOf, netmaskOf } from './dhcp-binding.ts';
import type { SiteMachine } from './machine-source.ts';
import type { Machines } from './machines.ts';
import type { DhcpPacket } from './protocol/dhcp.ts';
import { messageType, option, readAddress, readUint8 } from './protocol/dhcp-options.ts';
import { sameNetwork } from '../lib/ipv4.ts';
import { readNetbootClient } from './protocol/netboot-client.ts';
import type { Leases } from './state/leases.ts';
import type { MachineRow } from './state/machine-rows.ts';
import { StateError } from './state/state-error.ts';
import type { Clients } from './clients.ts';
import type { LogOnce } from './servers/limited-log.ts';
import type { MachineSource } from './machine-source.ts';

export type AnswerDhcpOptions = {
  readonly serverAddress: string;
  readonly serverNetmask: string;
  readonly leaseSeconds: number;
  readonly source: MachineSource;
  readonly machines: Machines;
  /** Undefined when the site has no range: unknown machines then get no address. */
  readonly leases: Leases | undefined;
  readonly clients: Clients;
  readonly logOnce: LogOnce;
};

type Asker = {
  readonly packet: DhcpPacket;
  readonly mac: string;
  readonly site: SiteMachine | undefined;
  /** Undefined for strangers, and when the database cannot be read: its address does not depend on it. */
  readonly row: MachineRow | undefined;
};

/** @see RFC 2131 §4.3 */
export function createDhcpAnswer(options: AnswerDhcpOptions): (packet: DhcpPacket) => Promise<DhcpReply | undefined> {
  const { machines, leases, logOnce, serverAddress } = options;

  return async (packet) => {
    const mac = macOf(packet);
    if (mac === undefined) {
      logOnce(`htype ${packet.htype}`, 'dropped a DHCP packet of a network that is not Ethernet', {
        htype: packet.htype,
      });
      return undefined;
    }
    const server = readAddress(packet.options, option.serverId);
    const type = readUint8(packet.options, option.messageType);
    if (server !== undefined && server !== serverAddress) return choseAnother(mac);
    const site = await options.source.lookupByMac(mac);
    const asker = { packet, mac, site, row: site === undefined ? undefined : machines.claimForNotes(site) };
    if (site === undefined) options.clients.seenUnknown(mac);
    switch (type) {
      case messageType.discover:
        return discover(asker);
      case messageType.request:
        return request(asker);
      case messageType.inform:
        return inform(asker);
      case messageType.release:
        machines.record(() => leases?.release(mac, packet.ciaddr));
        note(asker, 'release', `DHCPRELEASE: gave ${packet.ciaddr} back`);
        return undefined;
      case messageType.decline:
        return decline(asker);
      case undefined:
      default:
        logOnce(`type ${type}`, 'dropped a DHCP packet of an unknown type', { mac, type });
        return undefined;
    }
  };

  /** The address it was offered becomes free at once. */
  function choseAnother(mac: string): undefined {
    const offered = leases?.current(mac);
    if (offered !== undefined) leases?.dropOffer(mac, offered);
    return undefined;
  }

  function discover(asker: Asker): DhcpReply | undefined {
    const client = readNetbootClient(asker.packet.options);
    const wanted = readAddress(asker.packet.options, option.requestedAddress);
    const address = fixedAddressOf(asker.site, asker.mac) ?? leases?.offer(asker.mac, wanted, asker.site !== undefined);
    if (asker.row !== undefined && client.kind !== 'system') machines.seenNetboot(asker.row, client.kind);
    if (address === undefined || !onThisNetwork(asker, address)) return noAddress(asker);
    const reply = grant(asker.packet, 'offer', contextFor(asker, address));
    note(
      asker,
      `offer ${client.kind}`,
      `DHCPDISCOVER from ${who(asker, client.kind)}: offered ${address}${fileWords(reply)}`,
    );
    return reply;
  }

  function request(asker: Asker): DhcpReply | undefined {
    const { packet, mac } = asker;
    const kind = requestKind(packet);
    const wanted = requestedAddress(packet);
    const address = fixedAddressOf(asker.site, asker.mac) ?? leases?.current(mac);
    // A client that no record and no lease of ours knows may belong to another server.
    if (address === undefined && kind !== 'selecting') return undefined;
    const granted = address !== undefined && wanted === address && onThisNetwork(asker, address);
    const bound = granted && (fixedAddressOf(asker.site, asker.mac) === address || bind(mac, address));
    // What could not be recorded is not promised: after a restart another machine might get the address.
    if (bound === 'not recorded') return undefined;
    if (!bound) {
      note(
        asker,
        `nak ${wanted}`,
        `DHCPREQUEST for ${wanted ?? 'no address'}: refused, its address is ${address ?? 'none'}`,
      );
      return refuse(packet, serverAddress, 'not your address');
    }
    // Strangers have no timeline that their address could lead to.
    if (asker.site !== undefined) options.clients.bound(address, mac);
    const reply = grant(packet, 'ack', contextFor(asker, address));
    const client = readNetbootClient(packet.options);
    note(asker, `ack ${client.kind}`, `DHCPREQUEST from ${who(asker, client.kind)}: has ${address}${fileWords(reply)}`);
    return reply;
  }

  function bind(mac: string, address: string): boolean | 'not recorded' {
    try {
      return leases?.bind(mac, address) === true;
    } catch (error) {
      if (!(error instanceof StateError)) throw error;
      machines.countLost();
      logOnce('lease', 'a lease of the range could not be recorded and was not given', { why: error.message });
      return 'not recorded';
    }
  }

  function inform(asker: Asker): DhcpReply | undefined {
    if (!onThisNetwork(asker, asker.packet.ciaddr)) return undefined;
    return grant(asker.packet, 'ack', contextFor(asker, asker.packet.ciaddr));
  }

  function decline(asker: Asker): undefined {
    const address = readAddress(asker.packet.options, option.requestedAddress) ?? 'unknown';
    machines.record(() => leases?.decline(asker.mac, address));
    logOnce(`decline ${asker.mac} ${address}`, 'a machine says that its address is used by another one', {
      mac: asker.mac,
      machine: asker.site?.name,
      address,
    });
    note(asker, 'decline', `DHCPDECLINE: ${address} is used by another machine on the network`);
    return undefined;
  }

  function noAddress(asker: Asker): undefined {
    const why =
      asker.site === undefined
        ? 'its MAC address is unknown to the site and dhcp.range is not set or used up'
        : `its record has no IP address of the network ${askedFrom(asker.packet, serverAddress)}`;
    logOnce(`none ${asker.mac}`, 'no address for a DHCP client', { mac: asker.mac, machine: asker.site?.name, why });
    note(asker, 'no address', `DHCPDISCOVER: no answer, ${why}`);
    return undefined;
  }

  function who(asker: Asker, kind: 'system' | 'firmware' | 'ipxe'): string {
    const installs = asker.row?.life.state === 'installing';
    return {
      system: installs ? 'the installer' : 'the system on its disk',
      firmware: 'the PXE firmware',
      ipxe: 'iPXE',
    }[kind];
  }

  function netmask(asker: Asker): string {
    return netmaskOf(asker.site, options.serverNetmask);
  }

  function onThisNetwork(asker: Asker, address: string): boolean {
    return sameNetwork(address, askedFrom(asker.packet, serverAddress), netmask(asker));
  }

  function contextFor(asker: Asker, address: string): DhcpContext {
    const client = readNetbootClient(asker.packet.options);
    // What boots over DHCP depends on the firmware alone; the machine's own script says the rest.
    const boot = decideBoot({ via: 'dhcp', client }, { kind: 'unknown' });
    if (boot.give === 'nothing' && client.kind !== 'system') {
      logOnce(`arch ${boot.why}`, 'a machine asks for a network boot', { mac: asker.mac, why: boot.why });
      note(asker, `no boot ${boot.why}`, boot.why);
    }
    return {
      serverAddress,
      boot,
      binding: bindingOf(asker.site, { address, netmask: netmask(asker), leaseSeconds: options.leaseSeconds }),
    };
  }

  function note(asker: Asker, key: string, words: string): void {
    if (asker.row !== undefined) machines.note(asker.row.id, { source: 'dhcp', key: `dhcp ${key}`, text: words });
  }
}

/** The canonical MAC address of the asker; undefined on networks that are not Ethernet. */
export function macOf(packet: DhcpPacket): Mac | undefined {
  if (packet.htype !== 1 || packet.chaddr.length !== 6) return undefined;
  return parseMac(Buffer.from(packet.chaddr).toString('hex'));
}

const fileWords = (reply: DhcpReply): string => (reply.packet.file === '' ? '' : ` and boot file ${reply.packet.file}`);
