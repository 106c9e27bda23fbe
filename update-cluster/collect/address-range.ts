import { UserError } from '../../lib/errors.ts';
import { formatIpv4, parseIpv4 } from '../../lib/ipv4.ts';

/** IPv4 addresses as numbers, both ends included. */
export type AddressRange = { readonly first: number; readonly last: number };

const MOST_ADDRESSES = 65_536;

/** `10.0.0.10-10.0.0.250`. @throws UserError (exit code 2) when it is not a range of addresses that hosts can have */
export function parseAddressRange(text: string): AddressRange {
  const refuse = (why: string): never => {
    throw new UserError(`the range '${text.slice(0, 80)}' ${why}`, { exitCode: 2, hint: 'write 10.0.0.10-10.0.0.250' });
  };
  const [first, last, ...more] = text.split('-').map((end) => parseIpv4(end.trim()));
  if (first === undefined || last === undefined || more.length > 0) return refuse('is not two IPv4 addresses');
  if (first > last) return refuse('ends before it begins');
  if (last - first >= MOST_ADDRESSES) return refuse(`has more than ${MOST_ADDRESSES} addresses`);
  const octets = [first >>> 24, last >>> 24];
  if (octets.some((octet) => octet === 0 || octet === 127 || octet >= 224)) return refuse('has addresses of no host');
  return { first, last };
}

/** The addresses of a range from the first to the last, dotted. */
export function* addressesOf({ first, last }: AddressRange): Generator<string> {
  for (let address = first; address <= last; address += 1) yield formatIpv4(address);
}

/** Whether a dotted address lies in the range. */
export function isInRange({ first, last }: AddressRange, ip: string): boolean {
  const address = parseIpv4(ip);
  return address !== undefined && address >= first && address <= last;
}
