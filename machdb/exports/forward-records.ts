import type { Fault } from '../../lib/errors.ts';
import { delegationRecords } from './delegations.ts';
import type { ExportInput, ExportMachine } from './format.ts';
import { readNames } from './host-names.ts';
import type { MachineNames } from './host-names.ts';
import { readInterfaces } from './interfaces.ts';
import type { Interface } from './interfaces.ts';
import { takeName, variableOf } from './name-owners.ts';
import type { NameOwners } from './name-owners.ts';
import type { ZoneSettings } from './zone-settings.ts';
import { addTarget, createTargets, lostInDns, missingAddresses, readMachineMail } from './zone-targets.ts';
import type { ZoneTargets } from './zone-targets.ts';
import { ownerIn } from './zone-text.ts';
import { isWithin, zoneOf } from './zones.ts';
import type { Zone, Zones } from './zones.ts';

type ZoneInput = { readonly zone: Zone; readonly zones: Zones; readonly settings: ZoneSettings };

type Alias = {
  readonly name: string;
  readonly word: string;
  readonly machine: string;
  readonly target: string;
  readonly addresses: readonly string[];
};

type Builder = {
  readonly input: ExportInput;
  readonly zoneTargets: ZoneTargets;
  /** Names that hold records, and whose they are. */
  readonly owners: NameOwners;
  readonly withAddress: Set<string>;
  readonly aliases: Alias[];
};

/** The records of a zone that come from machines, and the delegations of zones that lie in it. */
export function* forwardRecords(input: ExportInput, zoneInput: ZoneInput): Generator<string | Fault> {
  const zoneTargets = createTargets(zoneInput);
  const builder: Builder = { input, zoneTargets, owners: new Map(), withAddress: new Set(), aliases: [] };
  yield* delegationRecords({ input, ...zoneInput }, (host, { object }) =>
    addTarget(zoneTargets, host, { object, variable: 'NS' }),
  );
  for (const machine of input.machines()) yield* machineRecords(builder, machine);
  // Only now is known which names are machines.
  for (const alias of builder.aliases) yield* aliasRecords(builder, alias);
  yield* missingAddresses(input, zoneTargets, builder.withAddress);
}

function* machineRecords(builder: Builder, machine: ExportMachine): Generator<string | Fault> {
  const { input } = builder;
  const faults: Fault[] = [];
  const names = readNames(input, machine, faults);
  const interfaces = names === undefined ? [] : readInterfaces({ input, machine, faults }, names.host);
  if (names !== undefined) yield* lostInDns(input, machine, { names, interfaces });
  for (const part of interfaces) yield* addressRecords(builder, machine.name, part);
  if (names !== undefined) {
    yield* mailRecords(builder, machine, names);
    const [first] = interfaces;
    if (first !== undefined) addAliases(builder, { machine: machine.name, names, first }, faults);
  }
  yield* faults;
}

function* addressRecords(builder: Builder, machine: string, { name, ip, ip6s, prefix }: Interface) {
  const addresses = ip === undefined ? ip6s : [ip, ...ip6s];
  if (name.full === undefined || addresses.length === 0 || !isOurs(builder, name.full)) return;
  yield* takeName(builder, { machine, variable: variableOf(prefix), name: name.full });
  yield formatAddresses(builder, name.full, addresses);
}

function* mailRecords(builder: Builder, machine: ExportMachine, { host }: MachineNames): Generator<string | Fault> {
  const { input, zoneTargets: targets } = builder;
  const { zone, zones } = targets;
  if ((machine.values.get('MX') ?? '') === '' || host.full === undefined || zoneOf(host.full, zones) !== zone.name)
    return;
  const faults: Fault[] = [];
  for (const { preference, host: target } of readMachineMail({ input, machine, targets }, faults)) {
    yield `${ownerIn(zone.name, host.full)} IN MX ${preference} ${target}.\n`;
  }
  builder.owners.set(host.full, machine.name);
  yield* faults;
}

function addAliases(
  builder: Builder,
  what: { machine: string; names: MachineNames; first: Interface },
  faults: Fault[],
): void {
  const { input, aliases } = builder;
  const { zone, zones } = builder.zoneTargets;
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
  const { zone, targets } = builder.zoneTargets;
  // A machine without an address has no name in DNS, nor have its aliases.
  if (addresses.length === 0 || !isOurs(builder, name)) return;
  yield* takeName(builder, { machine, variable: 'ALIASES', name, word });
  const noCname = name === zone.name || targets.has(name) || target === '';
  yield noCname ? formatAddresses(builder, name, addresses) : `${ownerIn(zone.name, name)} IN CNAME ${target}.\n`;
}

/** In the zone itself, or glue below it. */
function isOurs({ zoneTargets: { zone, zones, glue } }: Builder, name: string): boolean {
  return glue.has(name) || (isWithin(name, zone.name) && zoneOf(name, zones) === zone.name);
}

function formatAddresses(
  { zoneTargets: { zone }, withAddress }: Builder,
  name: string,
  addresses: readonly string[],
): string {
  withAddress.add(name);
  const owner = ownerIn(zone.name, name);
  return addresses.map((address) => `${owner} IN ${address.includes(':') ? 'AAAA' : 'A'} ${address}\n`).join('');
}
