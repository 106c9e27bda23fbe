import type { Fault } from '../../lib/errors.ts';
import { delegationRecords } from './delegations.ts';
import type { ExportInput, ExportMachine } from './format.ts';
import { parseHostName, readNames } from './host-names.ts';
import type { MachineNames } from './host-names.ts';
import { readInterfaces } from './interfaces.ts';
import type { Interface } from './interfaces.ts';
import { takeName, variableOf } from './name-owners.ts';
import type { NameOwners } from './name-owners.ts';
import { readMailExchangers } from './zone-settings.ts';
import type { ZoneSettings } from './zone-settings.ts';
import { ownerIn } from './zone-text.ts';
import { isWithin, zoneOf } from './zones.ts';
import type { Zone, Zones } from './zones.ts';

type ZoneInput = { readonly zone: Zone; readonly zones: Zones; readonly settings: ZoneSettings };

/** Who wrote a name down: for faults. */
type Use = { readonly object: string; readonly variable: string };

type Alias = {
  readonly name: string;
  readonly word: string;
  readonly machine: string;
  readonly target: string;
  readonly addresses: readonly string[];
};

type Builder = ZoneInput & {
  readonly input: ExportInput;
  /** Names that hold records, and whose they are. */
  readonly owners: NameOwners;
  readonly withAddress: Set<string>;
  /** Targets of NS and MX within the zone: each must have an address, which a CNAME is not (RFC 2181 §10.3). */
  readonly targets: Map<string, Use>;
  /** Names of name servers below the zone, in zones that it delegates: their addresses are glue. */
  readonly glue: Set<string>;
  readonly aliases: Alias[];
};

/** The records of a zone that come from machines, and the delegations of zones that lie in it. */
export function* forwardRecords(input: ExportInput, zoneInput: ZoneInput): Generator<string | Fault> {
  const builder: Builder = {
    ...zoneInput,
    input,
    owners: new Map(),
    withAddress: new Set(),
    targets: new Map(),
    glue: new Set(),
    aliases: [],
  };
  addTargets(builder);
  yield* delegationRecords(builder, (host, { object }) => addTarget(builder, host, { object, variable: 'NS' }));
  for (const machine of input.machines()) yield* machineRecords(builder, machine);
  // Only now is known which names are machines.
  for (const alias of builder.aliases) yield* aliasRecords(builder, alias);
  yield* missingAddresses(builder);
}

function addTargets(builder: Builder): void {
  const { zone, settings } = builder;
  for (const host of settings.ns) addTarget(builder, host, { object: zone.object, variable: 'NS' });
  for (const { host } of settings.mx) addTarget(builder, host, { object: zone.object, variable: 'MX' });
}

function addTarget(builder: Builder, host: string, use: Use): void {
  const { zone, zones, targets, glue } = builder;
  const inner = zoneOf(host, zones);
  if (!isWithin(host, zone.name) || (use.variable === 'MX' && inner !== zone.name)) return;
  if (!targets.has(host)) targets.set(host, use);
  if (inner !== zone.name) glue.add(host);
}

function* machineRecords(builder: Builder, machine: ExportMachine): Generator<string | Fault> {
  const { input } = builder;
  const faults: Fault[] = [];
  const names = readNames(input, machine, faults);
  const interfaces = names === undefined ? [] : readInterfaces({ input, machine, faults }, names.host);
  if (names !== undefined && isNowhere(names, interfaces, machine)) {
    const message = `${machine.name}: DOMAIN is not set, so the machine has no name in DNS`;
    faults.push(
      input.faultOf(machine.name, 'DOMAIN', { message, suggestion: 'an empty DOMAIN= leaves it out of DNS' }),
    );
  }
  for (const part of interfaces) yield* addressRecords(builder, machine.name, part);
  if (names !== undefined) {
    yield* mailRecords(builder, machine, names);
    const [first] = interfaces;
    if (first !== undefined) addAliases(builder, { machine: machine.name, names, first }, faults);
  }
  yield* faults;
}

function isNowhere({ host }: MachineNames, interfaces: readonly Interface[], { values }: ExportMachine): boolean {
  const addressed = interfaces.some(({ ip, ip6s }) => ip !== undefined || ip6s.length > 0);
  return addressed && host.full === undefined && !values.has('DOMAIN');
}

function* addressRecords(builder: Builder, machine: string, { name, ip, ip6s, prefix }: Interface) {
  const addresses = ip === undefined ? ip6s : [ip, ...ip6s];
  if (name.full === undefined || addresses.length === 0 || !isOurs(builder, name.full)) return;
  yield* takeName(builder, { machine, variable: variableOf(prefix), name: name.full });
  yield formatAddresses(builder, name.full, addresses);
}

function* mailRecords(builder: Builder, machine: ExportMachine, { host }: MachineNames): Generator<string | Fault> {
  const { input, zone, zones } = builder;
  const value = machine.values.get('MX') ?? '';
  if (value === '' || host.full === undefined || zoneOf(host.full, zones) !== zone.name) return;
  const faults: Fault[] = [];
  const domain = parseHostName(machine.values.get('DOMAIN') ?? '');
  const name = machine.name;
  for (const { preference, host: target } of readMailExchangers({ input, name, domain }, value, faults)) {
    addTarget(builder, target, { object: name, variable: 'MX' });
    yield `${ownerIn(zone.name, host.full)} IN MX ${preference} ${target}.\n`;
  }
  builder.owners.set(host.full, name);
  yield* faults;
}

function addAliases(
  builder: Builder,
  what: { machine: string; names: MachineNames; first: Interface },
  faults: Fault[],
): void {
  const { input, zone, zones, aliases } = builder;
  const { machine, names, first } = what;
  const addresses = first.ip === undefined ? first.ip6s : [first.ip, ...first.ip6s];
  for (const { full: name, word } of names.aliases) {
    const target = names.host.full;
    if (name === undefined) continue;
    if (isWithin(name, zone.name)) aliases.push({ name, word, machine, target: target ?? '', addresses });
    else if (target !== undefined && zoneOf(target, zones) === zone.name && zoneOf(name, zones) === undefined) {
      const message = `${machine}: ALIASES: ${name} is not in any zone of the database and is not exported`;
      faults.push({ ...input.faultOf(machine, 'ALIASES', { message }, word), severity: 'warning' });
    }
  }
}

/** A CNAME or, where a CNAME is not allowed, the addresses of the machine: the zone's own name, targets of NS and MX. */
function* aliasRecords(builder: Builder, { name, word, machine, target, addresses }: Alias): Generator<string | Fault> {
  const { zone, targets } = builder;
  // A machine without an address has no name in DNS, nor have its aliases.
  if (addresses.length === 0 || !isOurs(builder, name)) return;
  yield* takeName(builder, { machine, variable: 'ALIASES', name, word });
  const noCname = name === zone.name || targets.has(name) || target === '';
  yield noCname ? formatAddresses(builder, name, addresses) : `${ownerIn(zone.name, name)} IN CNAME ${target}.\n`;
}

/** In the zone itself, or glue below it. */
function isOurs({ zone, zones, glue }: Builder, name: string): boolean {
  return glue.has(name) || (isWithin(name, zone.name) && zoneOf(name, zones) === zone.name);
}

function formatAddresses({ zone, withAddress }: Builder, name: string, addresses: readonly string[]): string {
  withAddress.add(name);
  const owner = ownerIn(zone.name, name);
  return addresses.map((address) => `${owner} IN ${address.includes(':') ? 'AAAA' : 'A'} ${address}\n`).join('');
}

function* missingAddresses({ input, targets, withAddress }: Builder): Generator<Fault> {
  for (const [host, { object, variable }] of targets) {
    if (withAddress.has(host)) continue;
    const message = `${object}: ${variable}: no machine has the name ${host} and an address`;
    const suggestion = `describe that machine, or add ${host} to the ALIASES of another`;
    yield input.faultOf(object, variable, { message, suggestion });
  }
}
