import type { Fault } from '../../lib/errors.ts';
import { formatIpv4, parseIpv4, prefixLength } from '../../lib/ipv4.ts';
import type { Mac } from '../../lib/mac.ts';
import { canonicalAddress, describeWrongAddress } from '../judge-address.ts';
import type { AddressKind } from '../judge-address.ts';
import { splitWords } from '../values.ts';
import type { ExportInput, ExportMachine } from './format.ts';
import { describeNicName, nameFault, nameOfNic } from './host-names.ts';
import type { HostName, NameProblem } from './host-names.ts';

/** One interface of a machine, its addresses in their canonical spelling. */
export type Interface = {
  /** `MAC`, `IP` and so on with this before them: nothing for the first interface, `NIC_storage_` for another. */
  readonly prefix: string;
  readonly name: HostName;
  readonly macs: readonly Mac[];
  readonly ip: string | undefined;
  readonly ip6s: readonly string[];
};

/** An IPv4 network; `id` is its address as a number. */
export type Network = { readonly id: number; readonly prefixBits: number };

type Reader = { readonly input: ExportInput; readonly machine: ExportMachine; readonly faults: Fault[] };

const NIC_VARIABLE = /^NIC_(\w+)_(?:MAC|IP|IP6)$/;

/**
 * The first interface, under the machine's own name, and those that NIC_<name>_… describe, as `HOST-<name>`.
 * Addresses that are none are left out and become faults; an empty value is neither an address nor a fault.
 */
export function readInterfaces(reader: Reader, host: HostName): Interface[] {
  const first = readInterface(reader, '', host);
  return giveMacsOnce([first, ...listNics(reader.machine).flatMap((nic) => readNic(reader, nic, host))]);
}

/** A bond may have the MAC address of a card in it. Who asks with that is told of the first of them that has an IPv4 address. */
function giveMacsOnce(interfaces: readonly Interface[]): Interface[] {
  const owners = new Map<Mac, Interface>();
  for (const each of interfaces) {
    for (const mac of each.macs) {
      const other = owners.get(mac);
      if (other === undefined || (other.ip === undefined && each.ip !== undefined)) owners.set(mac, each);
    }
  }
  return interfaces.map((each) => ({ ...each, macs: each.macs.filter((mac) => owners.get(mac) === each) }));
}

/**
 * The network of an interface, from its NETMASK and, if set, NETWORK. A further interface without a NETMASK of its
 * own has that of the first, as on the machine, in whatever network it is. Undefined, with a fault, when there is none
 * that holds the address.
 */
export function readNetwork(reader: Reader, { prefix, ip }: Interface): Network | undefined {
  const { input, machine, faults } = reader;
  const { values } = machine;
  const own = prefix === '' || (values.get(`${prefix}NETMASK`) ?? '') !== '' ? prefix : '';
  const variable = `${own}NETMASK`;
  const report = (at: string, message: string) => {
    faults.push(input.faultOf(machine.name, at, { message: `${machine.name}: ${at}: ${message}` }));
    return undefined;
  };
  const netmask = values.get(variable) ?? '';
  if (netmask === '') return report(`${prefix}NETMASK`, 'is not set, so nothing says in which network it is');
  if (canonicalAddress(netmask, 'netmask') === undefined) {
    return report(variable, describeWrongAddress(netmask, 'netmask'));
  }
  const prefixBits = prefixLength(netmask) ?? 0;
  const address = parseIpv4(ip ?? '') ?? 0;
  const network: Network = { id: address - (address % 2 ** (32 - prefixBits)), prefixBits };
  const place = describePlace(address, network);
  if (place !== undefined) return report(`${prefix}IP`, `${ip} ${place} ${formatNetwork(network)}`);
  const text = values.get(`${prefix}NETWORK`) ?? '';
  if (text !== '' && parseIpv4(text) !== network.id) {
    return report(`${prefix}IP`, `${ip} is not in the network ${text.slice(0, 80)} with the netmask ${netmask}`);
  }
  return network;
}

/** Why an address cannot be that of a machine in this network. Networks of one or two addresses have no others. */
export function describePlace(address: number, { id, prefixBits }: Network): string | undefined {
  const size = 2 ** (32 - prefixBits);
  if (address < id || address >= id + size) return 'is outside of the network';
  if (prefixBits >= 31) return undefined;
  if (address === id) return 'is the address of the network';
  return address === id + size - 1 ? 'is the broadcast address of the network' : undefined;
}

/** `10.77.0.0/24`. */
export function formatNetwork({ id, prefixBits }: Network): string {
  return `${formatIpv4(id)}/${prefixBits}`;
}

function listNics({ values }: ExportMachine): string[] {
  const nics = new Set<string>();
  for (const variable of values.keys()) {
    const nic = variable.startsWith('NIC_') ? NIC_VARIABLE.exec(variable)?.[1] : undefined;
    if (nic !== undefined) nics.add(nic);
  }
  return [...nics];
}

function readNic(reader: Reader, nic: string, host: HostName): Interface[] {
  const { prefix, name, problem } = nameNic(reader.machine, nic, host);
  const nicInterface = readInterface(reader, prefix, name);
  const unused = nicInterface.ip === undefined && nicInterface.ip6s.length === 0 && nicInterface.macs.length === 0;
  if (unused) return [];
  if (problem === undefined) return [nicInterface];
  reader.faults.push(nameFault(reader.input, reader.machine.name, problem));
  return [];
}

/** A further interface by its name alone; `variable` is the first of its addresses, undefined when it has none. */
export type NamedNic = {
  readonly prefix: string;
  readonly name: HostName;
  readonly variable: string | undefined;
  /** It has an address of IPv4 or IPv6, sound or not. */
  readonly isAddressed: boolean;
  readonly problem: NameProblem | undefined;
};

/** The further interfaces of a machine, those without any address too. */
export function nameNics(machine: ExportMachine, host: HostName): NamedNic[] {
  return listNics(machine).map((nic) => nameNic(machine, nic, host));
}

function nameNic({ values }: ExportMachine, nic: string, host: HostName): NamedNic {
  const prefix = `NIC_${nic}_`;
  const name = nameOfNic(host, nic);
  const variable = ['IP', 'IP6', 'MAC'].map((part) => prefix + part).find((each) => values.get(each));
  const isAddressed = variable !== undefined && variable !== `${prefix}MAC`;
  return { prefix, name, variable, isAddressed, problem: describeNicName(name, variable ?? prefix) };
}

function readInterface(reader: Reader, prefix: string, name: HostName): Interface {
  const macs = readWords(reader, `${prefix}MAC`, 'MAC address') as Mac[];
  const ip6s = readWords(reader, `${prefix}IP6`, 'IPv6 address');
  const text = reader.machine.values.get(`${prefix}IP`) ?? '';
  if (text === '' || canonicalAddress(text, 'IP address') !== undefined) {
    return { prefix, name, macs, ip: text === '' ? undefined : text, ip6s };
  }
  reportAddress(reader, `${prefix}IP`, { text, kind: 'IP address' });
  return { prefix, name, macs, ip: undefined, ip6s };
}

function readWords(reader: Reader, variable: string, kind: AddressKind): string[] {
  const value = reader.machine.values.get(variable);
  if (value === undefined || value === '') return [];
  const found = new Set<string>();
  for (const text of splitWords(value)) {
    const address = canonicalAddress(text, kind);
    if (address === undefined) reportAddress(reader, variable, { text, kind });
    else found.add(address);
  }
  return [...found];
}

function reportAddress(
  { input, machine, faults }: Reader,
  variable: string,
  { text, kind }: { text: string; kind: AddressKind },
): void {
  const message = `${machine.name}: ${variable}: ${describeWrongAddress(text, kind)}`;
  faults.push(input.faultOf(machine.name, variable, { message }, text));
}
