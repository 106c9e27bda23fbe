import { UserError } from '../../lib/errors.ts';
import type { Fault } from '../../lib/errors.ts';
import { faultFinder } from './fault-finder.ts';
import type { ExportFormat, ExportInput } from './format.ts';
import { forwardRecords } from './forward-records.ts';
import { readZoneSettings } from './zone-settings.ts';
import { formatZoneHead, zoneSerial } from './zone-text.ts';
import { isReverse, listZoneDocuments, listZones, noZoneError } from './zones.ts';
import type { Zone, Zones } from './zones.ts';

/**
 * A complete zone for BIND: what lies in the zone of the names, aliases and mail exchangers of all machines.
 * @see RFC 1035 §5, RFC 2308 §4
 */
export const dnsFormat: ExportFormat = {
  heeds: ['zone'],
  render,
  serial: zoneSerial,
  listDocuments: (db) => listZoneDocuments(forwardZones({ db, faultOf: faultFinder(db) })),
};

function* render(input: ExportInput): Generator<string | Fault> {
  const zones = forwardZones(input);
  const zone = pickZone(input, zones);
  const faults: Fault[] = [];
  const settings = readZoneSettings(input, { zone, zones }, faults);
  yield* faults;
  yield formatZoneHead(zone.name, settings, input.serial);
  yield* forwardRecords(input, { zone, zones, settings });
}

function forwardZones(input: Pick<ExportInput, 'db' | 'faultOf'>): Zones {
  return new Map([...listZones(input)].filter(([name]) => !isReverse(name)));
}

/** The zone that was asked for, or the only one. */
function pickZone({ settings, machines }: ExportInput, zones: Zones): Zone {
  const [first, ...others] = zones.values();
  if (settings.zone === undefined && first !== undefined && others.length === 0) return first;
  const wanted = settings.zone?.toLowerCase().replace(/\.$/, '');
  const zone = zones.get(wanted ?? '');
  if (zone !== undefined) return zone;
  if (first === undefined || wanted !== undefined) {
    const example = wanted ?? firstDomain(machines()) ?? 'lab.example';
    const problem = wanted === undefined ? 'no zone' : `no zone ${settings.zone}`;
    throw noZoneError(`the machine database describes ${problem}`, { zone: example, domain: example });
  }
  const names = [...zones.keys()].join(', ');
  throw new UserError(`the machine database describes several zones: ${names}`, {
    exitCode: 2,
    hint: `name one with --zone, such as --zone ${first.name}, or write all with --output-dir`,
  });
}

function firstDomain(machines: Iterable<{ readonly values: ReadonlyMap<string, string> }>): string | undefined {
  for (const { values } of machines) if (values.get('DOMAIN')) return values.get('DOMAIN');
  return undefined;
}
