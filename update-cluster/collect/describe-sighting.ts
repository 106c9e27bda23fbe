import type { Sighting } from './protocol/parse-frame.ts';

/** `00:16:3E:00:00:01 (DHCP, 10.0.0.7, calls itself q-bert)`. */
export function describeSighting(sighting: Sighting): string {
  const ip = sighting.ip === '0.0.0.0' ? [] : [sighting.ip];
  const name = sighting.by === 'DHCP' && sighting.hostname !== undefined ? [`calls itself ${sighting.hostname}`] : [];
  return `${sighting.mac.toUpperCase()} (${[sighting.by, ...ip, ...name].join(', ')})`;
}
