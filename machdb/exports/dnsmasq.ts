import type { Fault } from '../../lib/errors.ts';
import { formatIpv4 } from '../../lib/ipv4.ts';
import { infinibandClientId, isEthernet } from '../../lib/mac.ts';
import type { Mac } from '../../lib/mac.ts';
import type { ExportFormat, ExportInput, ExportMachine } from './format.ts';
import { readNames } from './host-names.ts';
import type { MachineNames } from './host-names.ts';
import { formatNetwork, readInterfaces } from './interfaces.ts';
import type { Interface } from './interfaces.ts';
import { takeName, variableOf } from './name-owners.ts';
import { collectSubnets } from './subnets.ts';
import type { DhcpOptions, Reservation, Subnet } from './subnets.ts';

// dnsmasq reads a line into 1025 bytes and would take the rest for a line of its own. A name, an address and the tags of
// all options take up to 200.
const LONGEST_MACS = 800;

const ONE_PORT_EACH = 'give the other port a NIC_<name>_MAC of its own';

// What dnsmasq takes for a lease time or a keyword where it might be a name.
const NO_NAME = /^(\d+[smhdw]?|infinite|ignore)$/;

type Option = Exclude<keyof DhcpOptions, 'domain'>;
const OPTION_NAMES: Readonly<Record<Option, string>> = {
  router: 'option:router',
  nameServers: 'option:dns-server',
  // It has no name there.
  broadcast: '28',
};
const OPTIONS = Object.keys(OPTION_NAMES) as Option[];

/**
 * A file for `conf-dir` of dnsmasq: static ranges and options for each network, `dhcp-host` for each machine, names
 * and aliases for its DNS.
 * @see dnsmasq(8)
 */
export const dnsmasqFormat: ExportFormat = { heeds: [], render };

function* render(input: ExportInput): Generator<string | Fault> {
  yield '# Written by machdb export dnsmasq; changes belong in the machine database.\n';
  const owners = new Map<string, string>();
  const aliases: Alias[] = [];
  const faults: Fault[] = [];
  const subnets = collectSubnets(input, faults);
  for (const machine of input.machines()) {
    yield* nameLines(input, machine, { owners, aliases });
    subnets.add(machine);
  }
  for (const alias of aliases) yield* aliasLines(input, alias, owners);
  for (const subnet of subnets.list()) yield* subnetLines(subnet);
  yield* faults;
}

/** What dnsmasq cannot be told of a machine that other programs can. */
export function dnsmasqFaults(
  input: ExportInput,
  machine: string,
  { names, interfaces }: { names: MachineNames; interfaces: readonly Interface[] },
): Fault[] {
  const faults: Fault[] = [];
  if (NO_NAME.test(names.host.short.split('.')[0] ?? '')) {
    const message = `${machine}: HOSTNAME: dnsmasq takes '${machine}' for a time or a keyword, not for a name`;
    faults.push(input.faultOf(machine, 'HOSTNAME', { message }));
  }
  for (const { prefix, macs, ip } of interfaces) {
    if (ip === undefined) continue;
    const variable = `${prefix}MAC`;
    const ports = infinibandIds(macs).length;
    if (macs.join(',').length > LONGEST_MACS) {
      const message = `${machine}: ${variable}: ${macs.length} addresses are more than a line of dnsmasq's configuration can hold`;
      faults.push(input.faultOf(machine, variable, { message }));
    }
    if (ports > 1) {
      const message = `${machine}: ${variable}: dnsmasq takes one InfiniBand address for an IP address, not ${ports}`;
      faults.push(input.faultOf(machine, variable, { message, suggestion: ONE_PORT_EACH }));
    }
  }
  return faults;
}

/** Each port once: two addresses may have one GUID. @see RFC 4390 §2.1 */
function infinibandIds(macs: readonly Mac[]): string[] {
  return [...new Set(macs.filter((mac) => !isEthernet(mac)).map((mac) => `id:${infinibandClientId(mac)}`))];
}

type Alias = {
  readonly machine: string;
  readonly alias: string;
  readonly word: string;
  readonly target: string;
};

function* nameLines(
  input: ExportInput,
  machine: ExportMachine,
  { owners, aliases }: { owners: Map<string, string>; aliases: Alias[] },
): Generator<string | Fault> {
  const faults: Fault[] = [];
  const names = readNames(input, machine, faults);
  const interfaces = names === undefined ? [] : readInterfaces({ input, machine, faults }, names.host);
  if (names !== undefined) faults.push(...dnsmasqFaults(input, machine.name, { names, interfaces }));
  for (const { prefix, name, ip, ip6s } of interfaces) {
    const lines = pairAddresses(ip, ip6s);
    const whole = name.full ?? name.short;
    if (lines.length === 0) continue;
    yield* takeName({ input, owners }, { machine: machine.name, variable: variableOf(prefix), name: whole });
    for (const addresses of lines) yield `host-record=${[whole, ...addresses].join(',')}\n`;
    if (prefix !== '') continue;
    for (const { full, short, word } of names?.aliases ?? []) {
      aliases.push({ machine: machine.name, alias: full ?? short, word, target: whole });
    }
  }
  yield* faults;
}

function* aliasLines(
  input: ExportInput,
  { machine, alias, word, target }: Alias,
  owners: Map<string, string>,
): Generator<string | Fault> {
  yield* takeName({ input, owners }, { machine, variable: 'ALIASES', name: alias, word });
  yield `cname=${alias},${target}\n`;
}

/** A host-record has one address of either kind; of several only the last would count. */
function pairAddresses(ip: string | undefined, [ip6, ...others]: readonly string[]): string[][] {
  const first = [ip, ip6].filter((address) => address !== undefined);
  return first.length === 0 ? [] : [first, ...others.map((address) => [address])];
}

function* subnetLines({ network, reservations, shared }: Subnet): Generator<string> {
  const address = formatIpv4(network.id);
  const tag = `net-${address}`;
  yield `dhcp-range=set:${tag},${address},static,${formatIpv4(2 ** 32 - 2 ** (32 - network.prefixBits))}\n`;
  for (const option of OPTIONS) {
    const value = shared[option];
    if (value !== undefined) yield formatOption(option, { tag, value });
  }
  if (shared.domain) yield `domain=${shared.domain},${formatNetwork(network)}\n`;
  const values = new Map<string, string>();
  for (const reservation of reservations) {
    const tags: string[] = [];
    for (const option of OPTIONS.filter((name) => shared[name] === undefined)) {
      const value = reservation.options[option];
      const known = values.get(`${option} ${value}`);
      const own = known ?? `${tag}-${values.size + 1}`;
      values.set(`${option} ${value}`, own);
      tags.push(own);
      if (known === undefined) yield formatOption(option, { tag: own, value });
    }
    yield* reservationLines(reservation, { tags, shared });
  }
}

function* reservationLines(
  { macs, ip, name, options }: Reservation,
  { tags, shared }: { tags: readonly string[]; shared: Partial<DhcpOptions> },
): Generator<string> {
  // The name is one label: the rest of the full name is the domain of this address.
  const [label = ''] = name.short.split('.');
  if (shared.domain === undefined && options.domain !== '') yield `domain=${options.domain},${ip},${ip}\n`;
  const clients = [...macs.filter(isEthernet), ...infinibandIds(macs).slice(0, 1)];
  yield `dhcp-host=${[...clients, ...tags.map((tag) => `set:${tag}`), ip, label].join(',')}
`;
}

/** Without a value the option is not sent; dnsmasq would name itself as router and broadcast address otherwise. */
function formatOption(option: Option, { tag, value }: { tag: string; value: string }): string {
  // The database may leave name servers to dnsmasq, which is one, and the broadcast address to be computed.
  if (value === '' && option !== 'router') return '';
  return `dhcp-option=tag:${tag},${OPTION_NAMES[option]}${value === '' ? '' : `,${value}`}\n`;
}
