import type { Fault } from '../../lib/errors.ts';
import type { ExportInput } from './format.ts';
import { readZoneSettings } from './zone-settings.ts';
import { ownerIn } from './zone-text.ts';
import { zoneOf } from './zones.ts';
import type { Zone, Zones } from './zones.ts';

type Delegating = { readonly input: ExportInput; readonly zone: Zone; readonly zones: Zones };

/** NS records for every zone that lies directly in this one; `onServer` is told whom each of them names, before it comes. */
export function* delegationRecords(
  { input, zone, zones }: Delegating,
  onServer: (host: string, child: Zone) => void = () => undefined,
): Generator<string | Fault> {
  for (const child of zones.values()) {
    const parent = zoneOf(child.name.slice(child.name.indexOf('.') + 1), zones);
    if (child.name === zone.name || parent !== zone.name) continue;
    const faults: Fault[] = [];
    const { ns } = readZoneSettings(input, { zone: child, zones }, faults);
    yield* faults;
    for (const host of ns) {
      onServer(host, child);
      yield `${ownerIn(zone.name, child.name)} IN NS ${host}.\n`;
    }
  }
}
