import type { SerialFormat } from './format.ts';
import { readSerial } from './read-soa.ts';
import { isWithin } from './zones.ts';
import type { ZoneSettings } from './zone-settings.ts';

/** The zone's own records. Every name that goes in has passed parseHostName, so none can begin another record. */
export function formatZoneHead(zone: string, settings: ZoneSettings, serial: number): string {
  const times: [number, string][] = [
    [settings.refreshSeconds, 'refresh'],
    [settings.retrySeconds, 'retry'],
    [settings.expireSeconds, 'expire'],
    [settings.negativeTtlSeconds, 'negative answers'],
  ];
  return [
    '; Written by machdb export; changes belong in the machine database.',
    `$ORIGIN ${zone}.`,
    `$TTL ${settings.ttlSeconds}`,
    `@ IN SOA ${settings.ns[0]}. ${settings.hostmaster}. (`,
    `    ${serial} ; serial`,
    ...times.map(([seconds, what]) => `    ${seconds} ; ${what}`),
    ')',
    ...settings.ns.map((host) => `@ IN NS ${host}.`),
    ...settings.mx.map(({ preference, host }) => `@ IN MX ${preference} ${host}.`),
    '',
  ].join('\n');
}

/** `lab01.lab.example` in `lab.example` → `lab01`; the zone itself is `@`. */
export function ownerIn(zone: string, name: string): string {
  if (name === zone) return '@';
  return isWithin(name, zone) ? name.slice(0, -zone.length - 1) : `${name}.`;
}

/** Reads the serial of any zone file; replaces it in one that formatZoneHead began. */
export const zoneSerial: SerialFormat = { read: readSerial, replace: replaceSerial };

function replaceSerial(text: string, serial: number): string {
  return text.replace(/^ +\d+ ; serial$/m, `    ${serial} ; serial`);
}
