import type { Fault } from '../../lib/errors.ts';
import { formatIpv4, parseIpv4, prefixLength } from '../../lib/ipv4.ts';
import { formatIpv6, parseIpv6 } from '../../lib/ipv6.ts';
import { parseMac } from '../../lib/mac.ts';
import type { Mac } from '../../lib/mac.ts';
import { splitWords } from '../values.ts';
import type { ExportInput, ExportMachine } from './format.ts';
import { illegalName, nameOfNic, parseHostName } from './host-names.ts';
import type { HostName } from './host-names.ts';

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
  return [first, ...listNics(reader.machine).flatMap((nic) => readNic(reader, nic, host))];
}

/**
 * The network of an interface, from its NETMASK and, if set, NETWORK. A further interface without a NETMASK of its
 * own may lie in the network of the first. Undefined, with a fault, when there is none that holds the address.
 */
export function readNetwork(reader: Reader, { prefix, ip }: Interface): Network | undefined {
  const { input, machine, faults } = reader;
  const { values } = machine;
  const own = prefix === '' || (values.get(`${prefix}NETMASK`) ?? '') !== '' ? prefix : '';
  const [variable, networkVariable] = [`${own}NETMASK`, `${own}NETWORK`];
  const report = (at: string, message: string) => {
    faults.push(input.faultOf(machine.name, at, { message: `${machine.name}: ${at}: ${message}` }));
    return undefined;
  };
  const netmask = values.get(variable) ?? '';
  if (netmask === '') return report(`${prefix}NETMASK`, `is not set, so the network of ${ip} is not known`);
  const prefixBits = prefixLength(netmask);
  if (prefixBits === undefined) return report(variable, `'${netmask.slice(0, 80)}' is not a netmask`);
  const address = parseIpv4(ip ?? '') ?? 0;
  const network: Network = { id: address - (address % 2 ** (32 - prefixBits)), prefixBits };
  const text = values.get(networkVariable) ?? '';
  if (text !== '' && parseIpv4(text) !== network.id) {
    return report(`${prefix}IP`, `${ip} is not in the network ${text.slice(0, 80)} with the netmask ${netmask}`);
  }
  // Without a NETWORK nothing says where the first interface's network is but its own address.
  if (own !== prefix && text === '' && !holds(network, values.get('IP') ?? '')) {
    return report(`${prefix}NETMASK`, `is not set, so the network of ${ip} is not known`);
  }
  return network;
}

/** `10.77.0.0/24`. */
export function formatNetwork({ id, prefixBits }: Network): string {
  return `${formatIpv4(id)}/${prefixBits}`;
}

function holds({ id, prefixBits }: Network, text: string): boolean {
  const address = parseIpv4(text);
  return address !== undefined && address - (address % 2 ** (32 - prefixBits)) === id;
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
  const prefix = `NIC_${nic}_`;
  const name = nameOfNic(host, nic);
  const nicInterface = readInterface(reader, prefix, name);
  const unused = nicInterface.ip === undefined && nicInterface.ip6s.length === 0 && nicInterface.macs.length === 0;
  if (unused) return [];
  if (parseHostName(name.full ?? name.short) === undefined) {
    const text = name.full ?? name.short;
    reader.faults.push(
      illegalName({ input: reader.input, name: reader.machine.name, variable: firstVariable(reader, prefix), text }),
    );
    return [];
  }
  return [nicInterface];
}

function firstVariable({ machine }: Reader, prefix: string): string {
  return ['IP', 'IP6', 'MAC'].map((part) => prefix + part).find((variable) => machine.values.get(variable)) ?? prefix;
}

function readInterface(reader: Reader, prefix: string, name: HostName): Interface {
  const macs = readWords(reader, `${prefix}MAC`, { parse: parseMac, kind: 'a MAC address' });
  const ip6s = readWords(reader, `${prefix}IP6`, { parse: canonicalIpv6, kind: 'an IPv6 address' });
  const text = reader.machine.values.get(`${prefix}IP`) ?? '';
  if (text === '' || parseIpv4(text) !== undefined) {
    return { prefix, name, macs, ip: text === '' ? undefined : text, ip6s };
  }
  reportAddress(reader, `${prefix}IP`, { text, kind: 'an IPv4 address' });
  return { prefix, name, macs, ip: undefined, ip6s };
}

function readWords<T extends string>(
  reader: Reader,
  variable: string,
  { parse, kind }: { parse: (word: string) => T | undefined; kind: string },
): T[] {
  const value = reader.machine.values.get(variable);
  if (value === undefined || value === '') return [];
  const found = new Set<T>();
  for (const text of splitWords(value)) {
    const address = parse(text);
    if (address === undefined) reportAddress(reader, variable, { text, kind });
    else found.add(address);
  }
  return [...found];
}

function canonicalIpv6(text: string): string | undefined {
  const address = parseIpv6(text);
  return address === undefined ? undefined : formatIpv6(address);
}

function reportAddress(
  { input, machine, faults }: Reader,
  variable: string,
  what: { text: string; kind: string },
): void {
  const message = `${machine.name}: ${variable}: '${what.text.slice(0, 80)}' is not ${what.kind}`;
  faults.push(input.faultOf(machine.name, variable, { message }));
}
