// One spelling for each address and name, so that two spellings of the same thing are found to be the same. Pure.
import { formatIpv4, parseIpv4 } from '../../lib/ipv4.ts';
import { formatIpv6, parseIpv6 } from '../../lib/ipv6.ts';
import { parseMac } from '../../lib/mac.ts';

/** `aa-bb-c0-d2-e4-f6`, `aabb.c0d2.e4f6` → `AA:BB:C0:D2:E4:F6`, as the guide writes it; undefined if it is none. */
export function spellMac(text: string): string | undefined {
  return parseMac(text)?.toUpperCase();
}

/** `FE80:0::1` → `fe80::1`; IPv4 has one spelling only. Undefined if the text is no address. */
export function spellIp(text: string): string | undefined {
  const ipv4 = parseIpv4(text);
  if (ipv4 !== undefined) return formatIpv4(ipv4);
  const ipv6 = parseIpv6(text);
  return ipv6 === undefined ? undefined : formatIpv6(ipv6);
}

const LONGEST_NAME = 253;

/** Whether the text is a host name: labels of letters, digits, `-` and `_`. @see RFC 1123 §2.1 */
export function isHostName(text: string): boolean {
  const name = text.replace(/\.$/, '');
  return name.length <= LONGEST_NAME && name.split('.').every((label) => /^\w(?:[\w-]{0,61}\w)?$/.test(label));
}

/** Fields by which a host is known: no two hosts have the same. */
export const keyFields = ['ip', 'mac', 'hostname'] as const;
export type KeyField = (typeof keyFields)[number];

/** What is equal for all spellings of one value; what cannot be understood is equal to itself. */
export function comparable(field: KeyField, value: string): string {
  if (field === 'mac') return spellMac(value) ?? value.toLowerCase();
  if (field === 'ip') return spellIp(value) ?? value.toLowerCase();
  return value.toLowerCase().replace(/\.$/, '');
}

/** As `comparable`, for one value and 100,000 others: what cannot be the same is not spelled anew. */
export function sameAs(field: KeyField, value: string): (other: string) => boolean {
  const wanted = comparable(field, value);
  const isSame = (other: string): boolean => comparable(field, other) === wanted;
  if (field === 'mac')
    return (other) => other.slice(-1).toUpperCase() === wanted.slice(-1).toUpperCase() && isSame(other);
  if (field === 'ip') return (other) => other === wanted || (other.includes(':') && isSame(other));
  return (other) => Math.abs(other.length - wanted.length) <= 1 && isSame(other);
}
