import type { Described } from './list-interfaces.ts';
import { ETHERNET_MTU } from './kinds/interface-kind.ts';
import type { Stack } from './stack-interfaces.ts';

/** Below it, IPv6 does not work. @see RFC 8200 §5 */
export const LEAST_IPV6_MTU = 1280;

/**
 * The MTU of each interface, where one is to be set: an interface over others has one that the others can carry. What
 * carries the addresses of the first interface has its MTU, too.
 */
export function decideMtus(interfaces: readonly Described[], stack: Stack): Map<Described, number> {
  const stated = statedMtus(interfaces, stack);
  const known = new Map<Described, number>();
  const mtuOf = (each: Described): number => {
    const found = known.get(each);
    if (found !== undefined) return found;
    // What lies on itself is refused elsewhere, and must not be followed for ever.
    known.set(each, ETHERNET_MTU);
    const below = (stack.below.get(each) ?? []).map(mtuOf);
    const master = stack.masterOf.get(each);
    const own = stated.get(each) ?? each.kind.defaultMtu(below);
    const mtu = master?.kind.givesMtu ? (stated.get(master) ?? ETHERNET_MTU) : own;
    const problem = stated.has(each) ? each.kind.judgeMtu(mtu, below) : undefined;
    if (problem !== undefined) sayOfMtu(each, problem.message, problem.severity);
    known.set(each, mtu);
    return mtu;
  };
  for (const each of interfaces) {
    const mtu = mtuOf(each);
    const master = stack.masterOf.get(each);
    if (each.mtu !== undefined && each.mtu !== mtu && master !== undefined) {
      sayOfMtu(each, `${each.mtu} is not the ${mtu} of ${master.name}, which all its members have`);
    }
  }
  return new Map(interfaces.filter((each) => isToBeSet(each)).map((each) => [each, mtuOf(each)]));

  function isToBeSet(each: Described): boolean {
    const isGiven = stack.masterOf.get(each)?.kind.givesMtu ?? false;
    return !isGiven && (stated.has(each) || mtuOf(each) !== ETHERNET_MTU);
  }
}

function statedMtus(interfaces: readonly Described[], { masterOf }: Stack): Map<Described, number> {
  const stated = new Map<Described, number>();
  for (const each of interfaces) if (each.mtu !== undefined) stated.set(each, each.mtu);
  const first = interfaces.find(({ reader }) => reader.prefix === '');
  if (first?.mtu === undefined) return stated;
  const passed = new Set<Described>();
  for (let at = masterOf.get(first); at !== undefined && !passed.has(at); at = masterOf.get(at)) {
    passed.add(at);
    if (!stated.has(at)) stated.set(at, first.mtu);
  }
  return stated;
}

/** An MTU that an interface has from the first one is the first one's variable. */
function sayOfMtu({ reader, mtu }: Described, message: string, severity?: 'warning'): void {
  if (mtu === undefined) return;
  reader.fault('MTU', message, severity === undefined ? {} : { severity });
}
