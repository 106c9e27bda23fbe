import { UserError } from '../../lib/errors.ts';
import type { Fault } from '../../lib/errors.ts';
import { classlessZoneOf, listAliases, ownerInClassless, parseClasslessZone } from './classless-zones.ts';
import { delegationRecords } from './delegations.ts';
import { faultFinder } from './fault-finder.ts';
import type { ExportFormat, ExportInput, ExportMachine } from './format.ts';
import { readNames } from './host-names.ts';
import { formatNetwork, readInterfaces, readNetwork } from './interfaces.ts';
import { reverseName, reverseZonesOf } from './reverse-names.ts';
import { readZoneSettings } from './zone-settings.ts';
import { lostInDns } from './zone-targets.ts';
import { formatZoneHead, ownerIn, zoneSerial } from './zone-text.ts';
import { isReverse, listZoneDocuments, listZones, noZoneError, zoneOf } from './zones.ts';
import type { Zone, Zones } from './zones.ts';

/**
 * A complete zone of PTR records for BIND, for IPv4 or IPv6.
 * @see RFC 1035 §3.5, RFC 3596 §2.5
 */
export const reverseDnsFormat: ExportFormat = {
  heeds: ['zone', 'network'],
  render,
  serial: zoneSerial,
  listDocuments: (db) =>
    listZoneDocuments(new Map([...listZones({ db, faultOf: faultFinder(db) })].filter(([name]) => isReverse(name)))),
};

type Builder = {
  readonly input: ExportInput;
  readonly zone: Zone;
  readonly zones: Zones;
  /** The names of those of the zones that are smaller than /24. */
  readonly classless: readonly string[];
  /** The machine that has an address, by its name in the zone. */
  readonly owners: Map<string, string>;
};

function* render(input: ExportInput): Generator<string | Fault> {
  const described = listZones(input);
  const zone = describeZone(described, pickName(input, described));
  const zones = new Map([...described, [zone.name, zone]]);
  const faults: Fault[] = [];
  const settings = readZoneSettings(input, { zone, zones }, faults);
  yield* faults;
  yield formatZoneHead(zone.name, settings, input.serial);
  const classless = [...zones.keys()].filter((name) => parseClasslessZone(name) !== undefined);
  const builder: Builder = { input, zone, zones, classless, owners: new Map() };
  const inner = [...delegationRecords(builder)];
  yield* inner;
  for (const name of classless) {
    const small = parseClasslessZone(name);
    if (small?.parent === zone.name) yield* listAliases(small, classless);
  }
  for (const machine of input.machines()) yield* pointers(builder, machine);
  if (inner.length + builder.owners.size === 0) yield emptyZone(builder);
}

/** Names of reverse zones are easily mistyped, and an empty zone is loaded without a word. */
function emptyZone({ input, zone }: Builder): Fault {
  const message = `${zone.object}: ZONE: no machine has an address in ${zone.name}`;
  const suggestion = 'machdb export reverse-dns --network 10.77.0.0/24 finds the name of a zone by its addresses';
  return { ...input.faultOf(zone.object, 'ZONE', { message, suggestion }), severity: 'warning' };
}

function* pointers(
  { input, zone, zones, classless, owners }: Builder,
  machine: ExportMachine,
): Generator<string | Fault> {
  const faults: Fault[] = [];
  const names = readNames(input, machine, faults);
  const interfaces = names === undefined ? [] : readInterfaces({ input, machine, faults }, names.host);
  for (const { prefix, name, ip, ip6s } of interfaces) {
    for (const address of ip === undefined ? ip6s : [ip, ...ip6s]) {
      const owner = ownerInClassless(reverseName(address), classless);
      if (zoneOf(owner, zones) !== zone.name) continue;
      const variable = address === ip ? `${prefix}IP` : `${prefix}IP6`;
      const other = owners.get(owner);
      owners.set(owner, machine.name);
      if (other !== undefined) {
        const message = `${machine.name}: ${variable}: ${address} is already the address of ${other}`;
        faults.push(input.faultOf(machine.name, variable, { message }));
      } else if (name.full !== undefined) yield `${ownerIn(zone.name, owner)} IN PTR ${name.full}.\n`;
      else if (names !== undefined) faults.push(...lostInDns(input, machine, { names, interfaces }));
    }
  }
  yield* faults;
}

/** The zone that was asked for or, when nothing was, the only one that is described or that machines lie in. */
function pickName(input: ExportInput, described: Zones): string {
  const { zone, network } = input.settings;
  if (zone !== undefined && network !== undefined) {
    throw new UserError('--zone and --network both say which zone is meant; give one of them', { exitCode: 2 });
  }
  if (network !== undefined) return describedZoneOf(network, described) ?? zoneOfNetwork(network);
  if (zone !== undefined) {
    const name = zone.toLowerCase().replace(/\.$/, '');
    if (/^([0-9a-f]+\.)+(in-addr|ip6)\.arpa$/.test(name) || parseClasslessZone(name) !== undefined) return name;
    const hint = 'such as --zone 0.77.10.in-addr.arpa, or --network 10.77.0.0/24';
    throw new UserError(`${zone.slice(0, 300)} is not the name of a reverse zone`, { exitCode: 2, hint });
  }
  const names = [...described.keys()].filter(isReverse);
  const [first, ...others] = names;
  if (first !== undefined && others.length === 0) return first;
  if (first !== undefined) {
    throw new UserError(`the machine database describes several reverse zones: ${names.join(', ')}`, {
      exitCode: 2,
      hint: `name one with --zone, such as --zone ${first}, or write all with --output-dir`,
    });
  }
  return zoneOfNetwork(onlyNetwork(input));
}

/** A zone that is smaller than /24 may have been given one of several names. */
function describedZoneOf(network: string, described: Zones): string | undefined {
  const wanted = parseClasslessZone(classlessZoneOf(network) ?? '');
  if (wanted === undefined) return undefined;
  return [...described.keys()].find((name) => {
    const zone = parseClasslessZone(name);
    const { parent, firstOctet, addresses } = zone ?? {};
    return parent === wanted.parent && firstOctet === wanted.firstOctet && addresses === wanted.addresses;
  });
}

function zoneOfNetwork(network: string): string {
  const classless = classlessZoneOf(network);
  const zones = classless === undefined ? reverseZonesOf(network) : [classless];
  const [first, ...others] = zones ?? [];
  if (first === undefined) {
    const hint = 'such as 10.77.0.0/24 or 2001:db8:1::/48; the smallest reverse zones are /31 and /124';
    throw new UserError(`${network.slice(0, 100)} is not a network with a reverse zone`, { exitCode: 2, hint });
  }
  if (others.length === 0) return first;
  const shown = [first, ...others].slice(0, 16).join(', ') + (others.length > 15 ? ', …' : '');
  throw new UserError(`${network} is not one zone but ${others.length + 1} zones: ${shown}`, {
    exitCode: 2,
    hint: `export each: --zone ${first}`,
  });
}

function onlyNetwork(input: ExportInput): string {
  const networks = new Set<string>();
  for (const machine of input.machines()) {
    const reader = { input, machine, faults: [] };
    const host = { short: machine.name, full: undefined };
    const [first] = readInterfaces(reader, host);
    const network = first?.ip === undefined ? undefined : readNetwork(reader, first);
    if (network !== undefined) networks.add(formatNetwork(network));
  }
  const [first, ...others] = networks;
  if (first !== undefined && others.length === 0) return first;
  const shown = [...networks].slice(0, 16).join(', ') + (networks.size > 16 ? ', …' : '');
  throw new UserError(
    first === undefined ? 'no machine has an IP and a NETMASK' : `the machines are in several networks: ${shown}`,
    { exitCode: 2, hint: 'name the zone: --network 10.77.0.0/24, or --zone 0.77.10.in-addr.arpa' },
  );
}

/** A zone that no object names is served like the others when one object describes them all. */
function describeZone(described: Zones, name: string): Zone {
  const zone = described.get(name);
  if (zone !== undefined) return zone;
  const [object, ...others] = new Set([...described.values()].map((other) => other.object));
  if (object !== undefined && others.length === 0) return { name, object };
  const domain = [...described.keys()].find((other) => !isReverse(other)) ?? 'lab.example';
  throw noZoneError(`the machine database does not describe the zone ${name}`, { zone: name, domain });
}
