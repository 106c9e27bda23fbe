import type { Fault } from '../../lib/errors.ts';
import type { Mac } from '../../lib/mac.ts';
import { addressKindOf, canonicalAddress, describeWrongAddress } from '../judge-address.ts';
import type { ExportInput, ExportMachine } from './format.ts';
import { parseHostName, readNames } from './host-names.ts';
import type { HostName, MachineNames } from './host-names.ts';
import { formatNetwork, readInterfaces, readNetwork } from './interfaces.ts';
import type { Interface, Network } from './interfaces.ts';

/** What DHCP tells a machine beside its address; empty when the database does not say it. */
export type DhcpOptions = {
  /** An address. */
  readonly router: string;
  /** Addresses with a comma between them, in order. */
  readonly nameServers: string;
  readonly broadcast: string;
  /** The domain of the machine's full name. */
  readonly domain: string;
};

/** An interface with a MAC and an IPv4 address. */
export type Reservation = {
  readonly machine: string;
  readonly macs: readonly Mac[];
  readonly ip: string;
  readonly name: HostName;
  readonly options: DhcpOptions;
};

/** The reservations in one network; `shared` has the options that all of them agree on. */
export type Subnet = {
  readonly network: Network;
  readonly reservations: readonly Reservation[];
  readonly shared: Partial<DhcpOptions>;
};

type Described = { readonly names: MachineNames; readonly interfaces: readonly Interface[] };
type OpenSubnet = { readonly network: Network; readonly reservations: Reservation[] };
type Collector = {
  readonly input: ExportInput;
  readonly faults: Fault[];
  /** Whether all reservations are wanted, and not only the faults of their networks. */
  readonly keep: boolean;
  /** By address of the network. */
  readonly subnets: Map<number, OpenSubnet>;
  /** The machine that has an address or MAC address. */
  readonly owners: Map<string, string>;
  /** Most machines share their options with many: one object for all. */
  readonly options: Map<string, DhcpOptions>;
};

const NAMESERVER = /^NAMESERVER\d*$/;

/** Gathers the networks of the machines that it is shown. */
export type SubnetCollector = {
  /** `described`: what is known already of its names and interfaces. */
  readonly add: (machine: ExportMachine, described?: Described) => void;
  /** In the order of their addresses, when all machines have been added. */
  readonly list: () => Subnet[];
};

/**
 * For the networks that machines with a MAC and an IP lie in; without `keep`, of each only the first reservation.
 * Machines without either are no business of a DHCP server
 * that hands out what the database says.
 */
export function collectSubnets(input: ExportInput, faults: Fault[], { keep = true } = {}): SubnetCollector {
  const collector: Collector = { input, faults, keep, subnets: new Map(), owners: new Map(), options: new Map() };
  return {
    add: (machine, described = describe(input, machine, faults)) => {
      if (described !== undefined) addMachine(collector, machine, described);
    },
    list: () => listSubnets(collector),
  };
}

function describe(input: ExportInput, machine: ExportMachine, faults: Fault[]): Described | undefined {
  const names = readNames(input, machine, faults);
  return names && { names, interfaces: readInterfaces({ input, machine, faults }, names.host) };
}

function listSubnets(collector: Collector): Subnet[] {
  const subnets = [...collector.subnets.values()].sort((a, b) => a.network.id - b.network.id);
  reportOverlaps(collector, subnets);
  return subnets.map((subnet) => ({ ...subnet, shared: sharedOptions(subnet.reservations) }));
}

function addMachine(collector: Collector, machine: ExportMachine, { interfaces }: Described): void {
  const { input, faults } = collector;
  const reader = { input, machine, faults };
  for (const part of interfaces) {
    const { prefix, macs, ip, name } = part;
    if (ip === undefined || macs.length === 0) continue;
    const network = readNetwork(reader, part);
    const options = shareOptions(collector, readOptions(collector, machine, { prefix, name }));
    const free = [ip, ...macs].every((address) => takeAddress(collector, machine.name, { address, prefix }));
    const reservation: Reservation = { machine: machine.name, macs, ip, name, options };
    if (network !== undefined && free) addReservation(collector, network, reservation);
  }
}

function takeAddress(
  { input, faults, owners }: Collector,
  machine: string,
  { address, prefix }: { address: string; prefix: string },
): boolean {
  const other = owners.get(address);
  owners.set(address, machine);
  if (other === undefined) return true;
  const variable = prefix + (address.includes(':') ? 'MAC' : 'IP');
  const message = `${machine}: ${variable}: ${address} is already the address of ${other}`;
  faults.push(input.faultOf(machine, variable, { message }));
  return false;
}

function addReservation({ subnets, input, faults, keep }: Collector, network: Network, reservation: Reservation): void {
  const subnet = subnets.get(network.id);
  if (subnet === undefined) subnets.set(network.id, { network, reservations: [reservation] });
  else if (subnet.network.prefixBits === network.prefixBits) {
    if (keep) subnet.reservations.push(reservation);
  } else faults.push(overlap(input, reservation, { network, other: subnet }));
}

/** `subnets` are in the order of their addresses, so one that reaches into another reaches into the next. */
function reportOverlaps({ input, faults }: Collector, subnets: readonly OpenSubnet[]): void {
  let widest: OpenSubnet | undefined;
  for (const subnet of subnets) {
    const [reservation] = subnet.reservations;
    if (widest !== undefined && reservation !== undefined && subnet.network.id <= lastAddress(widest.network)) {
      faults.push(overlap(input, reservation, { network: subnet.network, other: widest }));
    } else widest = subnet;
  }
}

function overlap(input: ExportInput, reservation: Reservation, what: { network: Network; other: OpenSubnet }): Fault {
  const { machine } = reservation;
  const [mine, theirs] = [formatNetwork(what.network), formatNetwork(what.other.network)];
  const message = `${machine}: NETMASK: ${mine} and ${theirs}, where ${what.other.reservations[0]?.machine} is, overlap`;
  return input.faultOf(machine, 'NETMASK', { message });
}

function lastAddress({ id, prefixBits }: Network): number {
  return id + 2 ** (32 - prefixBits) - 1;
}

/** The first interface has GATEWAY, BROADCAST and the name servers; another has what stands under its own prefix. */
function readOptions(
  collector: Collector,
  machine: ExportMachine,
  { prefix, name }: { prefix: string; name: HostName },
): DhcpOptions {
  const { values } = machine;
  const servers =
    prefix === '' ? [...values.keys()].filter((variable) => NAMESERVER.test(variable)).sort(byNumber) : [];
  const read = (variable: string) => readAddress(collector, machine, variable);
  return {
    router: read(`${prefix}GATEWAY`),
    // DHCP of IPv4 has no room for others.
    nameServers: [...new Set(servers.map(read))].filter((server) => server !== '' && !server.includes(':')).join(','),
    broadcast: read(`${prefix}BROADCAST`),
    domain: domainOf(name),
  };
}

function readAddress({ input, faults }: Collector, { name, values }: ExportMachine, variable: string): string {
  const text = values.get(variable) ?? '';
  const kind = addressKindOf(variable) ?? 'IP address';
  if (text === '' || canonicalAddress(text, kind) !== undefined) return text;
  const message = `${name}: ${variable}: ${describeWrongAddress(text, kind)}`;
  faults.push(input.faultOf(name, variable, { message }));
  return '';
}

/** `a.b.lab.example` → `b.lab.example`. */
function domainOf({ full }: HostName): string {
  return full === undefined ? '' : (parseHostName(full.slice(full.indexOf('.') + 1)) ?? '');
}

function byNumber(a: string, b: string): number {
  return Number(a.slice('NAMESERVER'.length)) - Number(b.slice('NAMESERVER'.length));
}

function shareOptions({ options: known }: Collector, options: DhcpOptions): DhcpOptions {
  const key = Object.values(options).join(' ');
  const same = known.get(key);
  if (same === undefined) known.set(key, options);
  return same ?? options;
}

function sharedOptions(reservations: readonly Reservation[]): Partial<DhcpOptions> {
  const [first, ...others] = [...new Set(reservations.map(({ options }) => options))];
  if (first === undefined) return {};
  const pairs = Object.entries(first) as [keyof DhcpOptions, string][];
  return Object.fromEntries(pairs.filter(([option, value]) => others.every((other) => other[option] === value)));
}
