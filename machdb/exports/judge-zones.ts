import { FaultsError } from '../../lib/errors.ts';
import type { Fault } from '../../lib/errors.ts';
import { delegationRecords } from './delegations.ts';
import type { ExportInput, ExportMachine } from './format.ts';
import type { MachineNames } from './host-names.ts';
import type { Interface } from './interfaces.ts';
import { readZoneSettings } from './zone-settings.ts';
import { addTarget, createTargets, lostInDns, missingAddresses, readMachineMail } from './zone-targets.ts';
import type { ZoneTargets } from './zone-targets.ts';
import { isReverse, listZones, zoneOf } from './zones.ts';
import type { Zone, Zones } from './zones.ts';

type Described = { readonly names: MachineNames; readonly interfaces: readonly Interface[] };

/** Says what the exports of all zones would refuse, without writing them. */
export type ZonesJudge = {
  readonly machine: (machine: ExportMachine, described: Described) => Fault[];
  /** When every machine has been shown. */
  readonly finish: () => Fault[];
};

/** Every zone at once: a large site has hundreds, and a hundred thousand machines. */
export function judgeZones(input: ExportInput): ZonesJudge {
  const faults: Fault[] = [];
  const zones = readZones(input, faults);
  const targets = readTargets(input, zones, faults);
  const withAddress = new Set<string>();
  return {
    machine: (machine, described) => {
      if (zones.size === 0) return [];
      const found = lostInDns(input, machine, described);
      for (const name of addressedNames(described)) withAddress.add(name);
      const { full } = described.names.host;
      const zone = full === undefined ? undefined : zoneOf(full, targets);
      const ours = zone === undefined ? undefined : targets.get(zone);
      if (ours !== undefined && machine.values.has('MX')) readMachineMail({ input, machine, targets: ours }, found);
      return found;
    },
    finish: () => [
      ...faults,
      ...targets.values().flatMap((zoneTargets) => missingAddresses(input, zoneTargets, withAddress)),
    ],
  };
}

function readZones(input: ExportInput, faults: Fault[]): Zones {
  return orFaults(faults, () => listZones(input)) ?? new Map();
}

/** What the zones name, with the faults of their settings; forward zones by name. */
function readTargets(input: ExportInput, zones: Zones, faults: Fault[]): Map<string, ZoneTargets> {
  const forward = new Map([...zones].filter(([name]) => !isReverse(name)));
  const all = new Map<string, ZoneTargets>();
  for (const zone of zones.values()) {
    const targets = orFaults(faults, () => readZoneTargets(input, { zone, zones, forward }, faults));
    if (targets !== undefined) all.set(zone.name, targets);
  }
  return all;
}

function readZoneTargets(
  input: ExportInput,
  { zone, zones, forward }: { zone: Zone; zones: Zones; forward: Zones },
  faults: Fault[],
): ZoneTargets | undefined {
  const settings = readZoneSettings(input, { zone, zones }, faults);
  if (isReverse(zone.name)) return undefined;
  const targets = createTargets({ zone, zones: forward, settings });
  const delegations = delegationRecords({ input, zone, zones: forward }, (host, { object }) =>
    addTarget(targets, host, { object, variable: 'NS' }),
  );
  // The faults of what it delegates are said with the zone that they are of; the text is not wanted.
  for (const _record of delegations);
  return targets;
}

/** The result, or undefined when the object of a zone cannot be resolved. */
function orFaults<T>(faults: Fault[], read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof FaultsError)) throw error;
    faults.push(...error.faults);
    return undefined;
  }
}

/** The whole names that have an address; aliases have those of the first interface. */
function addressedNames({ names, interfaces }: Described): string[] {
  const isAddressed = ({ ip, ip6s }: Interface) => ip !== undefined || ip6s.length > 0;
  const [first] = interfaces;
  const aliases = first !== undefined && isAddressed(first) ? names.aliases : [];
  return [...interfaces.filter(isAddressed).map(({ name }) => name), ...aliases].flatMap(({ full }) => full ?? []);
}
