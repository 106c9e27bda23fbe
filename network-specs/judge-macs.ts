import type { Mac } from '../lib/mac.ts';
import type { Described } from './list-interfaces.ts';
import type { Stack } from './stack-interfaces.ts';

/**
 * A bond, bridge or VLAN may have the MAC address of what it lies on, at whatever depth: switches and DHCP then see the one
 * that they know. Any other interface of the machine needs its own for itself. That two cards differ, the database sees.
 */
export function judgeMacs(interfaces: readonly Described[], { below }: Stack): void {
  const lower = new Map(interfaces.map((each) => [each, allBelow(each, below)]));
  for (const each of interfaces) {
    const { mac } = each;
    if (mac === undefined) continue;
    const holders = interfaces.filter((other) => other !== each && macsOf(other).includes(mac));
    if (holders.some((other) => lower.get(each)?.has(other))) continue;
    const other = holders.find((holder) => !lower.get(holder)?.has(each));
    if (other === undefined) continue;
    const whose = other.name ?? 'the first interface';
    each.reader.fault('MAC', `is the address of ${whose}, which ${each.name} does not lie on`);
  }
}

function macsOf({ base: { device }, mac }: Described): readonly Mac[] {
  if (device.kind === 'card') return device.macs;
  return mac === undefined ? [] : [mac];
}

function allBelow(start: Described, below: Stack['below']): ReadonlySet<Described> {
  const found = new Set<Described>();
  const waiting = [start];
  for (let each = waiting.pop(); each !== undefined; each = waiting.pop()) {
    for (const next of below.get(each) ?? []) {
      if (found.has(next)) continue;
      found.add(next);
      waiting.push(next);
    }
  }
  return found;
}
