import type { Fault } from '../../lib/errors.ts';
import { infinibandClientId, isEthernet } from '../../lib/mac.ts';
import type { Mac } from '../../lib/mac.ts';
import type { ExportFormat, ExportInput } from './format.ts';
import { formatNetwork } from './interfaces.ts';
import { collectSubnets } from './subnets.ts';
import type { DhcpOptions, Reservation, Subnet } from './subnets.ts';

// Reservations alone hand out addresses: there are no pools, so unknown machines get no answer.
const GLOBALS: Readonly<Record<string, unknown>> = {
  'interfaces-config': { interfaces: ['*'] },
  'lease-database': { type: 'memfile' },
  'host-reservation-identifiers': ['hw-address'],
  // A machine with several MAC addresses has one reservation for each, all of the same address.
  'ip-reservations-unique': false,
};

const OPTION_NAMES: Readonly<Record<keyof DhcpOptions, string>> = {
  router: 'routers',
  nameServers: 'domain-name-servers',
  broadcast: 'broadcast-address',
  domain: 'domain-name',
};

/**
 * A complete configuration, `{"Dhcp4": {…}}`: a subnet for each network, a reservation for each MAC address. What all
 * machines of a subnet agree on is an option of the subnet.
 * @see https://kea.readthedocs.io/en/kea-2.2.0/arm/dhcp4-srv.html
 */
export const keaFormat: ExportFormat = { heeds: [], render };

function* render(input: ExportInput): Generator<string | Fault> {
  const faults: Fault[] = [];
  const collector = collectSubnets(input, faults);
  for (const machine of input.machines()) collector.add(machine);
  const subnets = collector.list();
  yield* faults;
  yield '{"Dhcp4": {\n';
  const globals = { ...GLOBALS, ...identifiers(subnets) };
  for (const [key, value] of Object.entries(globals)) yield `${JSON.stringify(key)}: ${JSON.stringify(value)},\n`;
  yield '"subnet4": [';
  for (const [index, subnet] of subnets.entries()) yield* formatSubnet(subnet, index === 0 ? '\n' : ',\n');
  yield '\n]}}\n';
}

function* formatSubnet({ network, reservations, shared }: Subnet, before: string): Generator<string> {
  // Leases remember their subnet by its id, so it must not change when other networks come and go. Zero is not an id.
  const id = network.id === 0 ? 1 : network.id;
  const subnet = { id, subnet: formatNetwork(network), 'option-data': formatOptions(shared) };
  yield `${before}${JSON.stringify(subnet).slice(0, -1)},"reservations": [`;
  let comma = '\n';
  for (const reservation of reservations) {
    for (const mac of eachClient(reservation.macs)) {
      yield `${comma}${JSON.stringify(formatReservation(reservation, { mac, shared }))}`;
      comma = ',\n';
    }
  }
  yield '\n]}';
}

/** Two addresses of one InfiniBand port are one client. */
function eachClient(macs: readonly Mac[]): Iterable<Mac> {
  return new Map(macs.map((mac) => [isEthernet(mac) ? mac : infinibandClientId(mac), mac])).values();
}

function formatReservation(
  { ip, name, options }: Reservation,
  { mac, shared }: { mac: Mac; shared: Partial<DhcpOptions> },
) {
  const own = Object.entries(options).filter(([option]) => !(option in shared));
  const data = formatOptions(Object.fromEntries(own));
  return {
    ...(isEthernet(mac) ? { 'hw-address': mac } : { 'client-id': infinibandClientId(mac) }),
    'ip-address': ip,
    hostname: name.full ?? name.short,
    ...(data.length === 0 ? {} : { 'option-data': data }),
  };
}

/** What a client is known by; each kind costs Kea a search. */
function identifiers(subnets: readonly Subnet[]): Record<string, string[]> {
  const hasInfiniband = subnets.some(({ reservations }) =>
    reservations.some(({ macs }) => macs.some((mac) => !isEthernet(mac))),
  );
  return { 'host-reservation-identifiers': hasInfiniband ? ['hw-address', 'client-id'] : ['hw-address'] };
}

/** Addresses and domains have neither commas nor backslashes of their own, which Kea would read as more than one value. */
function formatOptions(options: Partial<DhcpOptions>): { name: string; data: string }[] {
  const pairs = Object.entries(options) as [keyof DhcpOptions, string][];
  return pairs.filter(([, data]) => data !== '').map(([option, data]) => ({ name: OPTION_NAMES[option], data }));
}
