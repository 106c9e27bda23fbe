// Reverse zones of networks smaller than /24: the zone of the /24 has a CNAME for each address, which leads into a zone
// of their own below it.
// In: names and addresses. Out: the addresses of a zone, and the name of one in it. Never: looks at machines.
import { parseIpv4 } from '../../lib/ipv4.ts';

/** `64/26.2.0.192.in-addr.arpa`; `firstOctet` is the last octet of its first address. */
export type ClasslessZone = {
  readonly name: string;
  /** The zone of the /24. */
  readonly parent: string;
  readonly firstOctet: number;
  readonly addresses: number;
};

const NAME = /^(\d{1,3})([/-])(\d{1,3})\.((?:\d{1,3}\.){3}in-addr\.arpa)$/;

/**
 * Reads `64/26.2.0.192.in-addr.arpa`, `64-26.…` and, by its first and last address, `64-127.…`. Undefined for every other
 * name.
 * @see RFC 2317 §4
 */
export function parseClasslessZone(text: string): ClasslessZone | undefined {
  const name = text.toLowerCase().replace(/\.$/, '');
  const [, first = '', mark = '', second = '', parent = ''] = NAME.exec(name) ?? [];
  const [firstOctet, number] = [Number(first), Number(second)];
  const address = parent.split('.').slice(0, 3).reverse().join('.');
  if (first === '' || parseIpv4(`${address}.${firstOctet}`) === undefined) return undefined;
  // `0-31` is a range: a network of two addresses has no zone of its own.
  const sizes = [...(mark === '-' ? [number - firstOctet + 1] : []), number <= 31 ? 2 ** (32 - number) : 0];
  const addresses = sizes.find((size) => [2, 4, 8, 16, 32, 64, 128].includes(size) && firstOctet % size === 0);
  return addresses === undefined ? undefined : { name, parent, firstOctet, addresses };
}

/** The name of the zone for a network such as `192.0.2.64/26`; undefined for one that is not smaller than /24. */
export function classlessZoneOf(network: string): string | undefined {
  const [, address = '', bits = ''] = /^([0-9.]+)\/(2[5-9]|3[01])$/.exec(network) ?? [];
  if (parseIpv4(address) === undefined) return undefined;
  const [last = '', ...others] = address.split('.').reverse();
  return parseClasslessZone(`${last}/${bits}.${others.join('.')}.in-addr.arpa`)?.name;
}

/** The name of an address, `65.2.0.192.in-addr.arpa`, in the zone that holds it, of several the smallest. */
export function ownerInClassless(reverse: string, zones: Iterable<string>): string {
  const [last = '', ...others] = reverse.split('.');
  const holding = [...zones]
    .map(parseClasslessZone)
    .filter((zone) => zone !== undefined)
    .filter((zone) => zone.parent === others.join('.') && holds(zone, Number(last)))
    .sort((a, b) => a.addresses - b.addresses);
  const [smallest] = holding;
  return smallest === undefined ? reverse : `${last}.${smallest.name}`;
}

/** The records of the /24 that lead into such a zone: one for each address that is not in a smaller one of `zones`. */
export function* listAliases(
  { name, parent, firstOctet, addresses }: ClasslessZone,
  zones: readonly string[],
): Generator<string> {
  for (let octet = firstOctet; octet < firstOctet + addresses; octet += 1) {
    const target = ownerInClassless(`${octet}.${parent}`, zones);
    if (target === `${octet}.${name}`) yield `${octet} IN CNAME ${target}.\n`;
  }
}

function holds({ firstOctet, addresses }: ClasslessZone, octet: number): boolean {
  return octet >= firstOctet && octet < firstOctet + addresses;
}
