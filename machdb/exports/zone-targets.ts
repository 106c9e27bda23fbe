import type { Fault } from '../../lib/errors.ts';
import type { ExportInput, ExportMachine } from './format.ts';
import { parseHostName } from './host-names.ts';
import type { MachineNames } from './host-names.ts';
import type { Interface } from './interfaces.ts';
import { readMailExchangers } from './zone-settings.ts';
import type { MailExchanger, ZoneSettings } from './zone-settings.ts';
import { isWithin, zoneOf } from './zones.ts';
import type { Zone, Zones } from './zones.ts';

/** Who wrote a name down: for faults. */
type Use = { readonly object: string; readonly variable: string };

/** The names that a zone sends others to, as far as they lie in it. */
export type ZoneTargets = {
  readonly zone: Zone;
  readonly zones: Zones;
  /** Targets of NS and MX within the zone: each must have an address, which a CNAME is not (RFC 2181 §10.3). */
  readonly targets: Map<string, Use>;
  /** Names of name servers below the zone, in zones that it delegates: their addresses are glue. */
  readonly glue: Set<string>;
};

/** Those that the zone's own object names. */
export function createTargets({ zone, zones, settings }: { zone: Zone; zones: Zones; settings: ZoneSettings }) {
  const created: ZoneTargets = { zone, zones, targets: new Map(), glue: new Set() };
  for (const host of settings.ns) addTarget(created, host, { object: zone.object, variable: 'NS' });
  for (const { host } of settings.mx) addTarget(created, host, { object: zone.object, variable: 'MX' });
  return created;
}

export function addTarget({ zone, zones, targets, glue }: ZoneTargets, host: string, use: Use): void {
  const inner = zoneOf(host, zones);
  if (!isWithin(host, zone.name) || (use.variable === 'MX' && inner !== zone.name)) return;
  if (!targets.has(host)) targets.set(host, use);
  if (inner !== zone.name) glue.add(host);
}

/** The mail exchangers of a machine, which become targets of the zone that it is in. */
export function readMachineMail(
  of: { readonly input: ExportInput; readonly machine: ExportMachine; readonly targets: ZoneTargets },
  faults: Fault[],
): MailExchanger[] {
  const { name, values } = of.machine;
  const domain = parseHostName(values.get('DOMAIN') ?? '');
  const found = readMailExchangers({ input: of.input, name, domain }, values.get('MX') ?? '', faults);
  for (const { host } of found) addTarget(of.targets, host, { object: name, variable: 'MX' });
  return found;
}

/** A fault for each target that is not the name of a machine with an address. */
export function missingAddresses(
  input: ExportInput,
  { targets }: ZoneTargets,
  withAddress: ReadonlySet<string>,
): Fault[] {
  const missing = [...targets].filter(([host]) => !withAddress.has(host));
  return missing.map(([host, { object, variable }]) => {
    const message = `${object}: ${variable}: no machine has the name ${host} and an address`;
    const suggestion = `describe that machine, or add ${host} to the ALIASES of another`;
    return input.faultOf(object, variable, { message, suggestion });
  });
}

/** A fault when a machine has an address but, without a DOMAIN, no name in DNS. */
export function lostInDns(
  input: ExportInput,
  { name, values }: ExportMachine,
  { names, interfaces }: { names: MachineNames; interfaces: readonly Interface[] },
): Fault[] {
  const isAddressed = interfaces.some(({ ip, ip6s }) => ip !== undefined || ip6s.length > 0);
  if (!isAddressed || names.host.full !== undefined || values.has('DOMAIN')) return [];
  const message = `${name}: DOMAIN is not set, so the machine has no name in DNS`;
  return [input.faultOf(name, 'DOMAIN', { message, suggestion: 'an empty DOMAIN= leaves it out of DNS' })];
}
