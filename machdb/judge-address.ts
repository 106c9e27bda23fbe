// Which addresses a variable may hold. In: a word and what it should be. Out: the word in its one spelling, or why it
// cannot be that. One rule for checks and exports. Never: looks at other machines.
import { parseIpv4, prefixLength } from '../lib/ipv4.ts';
import { formatIpv6, parseIpv6 } from '../lib/ipv6.ts';
import { parseMac } from '../lib/mac.ts';
import { isMacVariable } from './query.ts';
import { splitWords } from './values.ts';

/** What a variable must hold, going by its name. */
export type AddressKind =
  | 'MAC address'
  | 'IP address'
  | 'IPv6 address'
  | 'further address'
  | 'netmask'
  | 'network'
  | 'broadcast'
  | 'router'
  | 'IPv6 router'
  | 'name server';

const IPV4 = 'an IPv4 address such as 10.77.0.101';

const examples: Readonly<Record<AddressKind, string>> = {
  'MAC address': 'a MAC address such as 52:54:00:77:00:01',
  'IP address': IPV4,
  'IPv6 address': 'an IPv6 address such as 2001:db8::101',
  'further address': 'an address with its prefix, such as 10.77.0.5/24',
  netmask: 'a netmask such as 255.255.255.0',
  network: IPV4,
  broadcast: IPV4,
  router: IPV4,
  'IPv6 router': 'an IPv6 address such as fe80::1',
  'name server': 'an address such as 10.77.0.3',
};

/** Undefined when the variable holds no address. */
export function addressKindOf(variable: string): AddressKind | undefined {
  if (isMacVariable(variable)) return 'MAC address';
  const [, name = ''] = /^(?:NIC_\w+_)?(IP6?|ADDRESSES|NETMASK|NETWORK|BROADCAST|GATEWAY6?)$/.exec(variable) ?? [];
  return name === '' ? (/^NAMESERVER\d*$/.test(variable) ? 'name server' : undefined) : kinds[name];
}

const kinds: Readonly<Record<string, AddressKind>> = {
  IP: 'IP address',
  IP6: 'IPv6 address',
  ADDRESSES: 'further address',
  NETMASK: 'netmask',
  NETWORK: 'network',
  BROADCAST: 'broadcast',
  GATEWAY: 'router',
  GATEWAY6: 'IPv6 router',
};

/** Others than these are those of many machines. */
const UNIQUE = new Set<AddressKind>(['MAC address', 'IP address', 'IPv6 address', 'further address']);
const SEVERAL = new Set<AddressKind>(['MAC address', 'IPv6 address', 'further address']);

/** What a variable holds, word by word. An empty value is neither an address nor a fault: it takes back what a parent sets. */
export function addressWords(value: string, kind: AddressKind): readonly string[] {
  if (SEVERAL.has(kind)) return splitWords(value);
  return value === '' ? [] : [value];
}

const IPV6_ONLY = new Set<AddressKind>(['IPv6 address', 'IPv6 router']);

/** The word in its one spelling; undefined when it cannot be what it should be. */
export function canonicalAddress(word: string, kind: AddressKind): string | undefined {
  if (kind === 'MAC address') {
    const mac = parseMac(word);
    return mac === undefined || describeMac(mac) !== undefined ? undefined : mac;
  }
  if (kind === 'further address') {
    const further = splitPrefix(word);
    if (further === undefined || describeFurther(further) !== undefined) return undefined;
    return `${canonicalAddress(further.address, further.kind)}/${further.prefixBits}`;
  }
  // A machine may be its own name server, and ask it over IPv6, too.
  if (IPV6_ONLY.has(kind) || (kind === 'name server' && word.includes(':'))) {
    const address = parseIpv6(word);
    return address === undefined || describeIpv6(address, kind) !== undefined ? undefined : formatIpv6(address);
  }
  if (kind === 'netmask') return (prefixLength(word) ?? 0) === 0 ? undefined : word;
  const address = parseIpv4(word);
  return address === undefined || describeIpv4(address, kind) !== undefined ? undefined : word;
}

/** Why canonicalAddress refuses a word: `is not …`, or that no machine can have it. */
export function describeWrongAddress(word: string, kind: AddressKind): string {
  const [mac, ip6, ip] = [parseMac(word), parseIpv6(word), parseIpv4(word)];
  let reason;
  if (kind === 'MAC address') reason = mac && describeMac(mac);
  else if (kind === 'further address') reason = describeFurther(splitPrefix(word));
  else if (ip6 !== undefined && (IPV6_ONLY.has(kind) || kind === 'name server')) reason = describeIpv6(ip6, kind);
  else if (IPV6_ONLY.has(kind)) reason = undefined;
  else if (kind === 'IP address' && ip6 !== undefined) reason = 'an IPv6 address: write it into IP6';
  else if (ip === undefined) reason = describeSeveral(word, kind);
  else if (kind !== 'netmask') reason = describeIpv4(ip, kind);
  const shown = `'${word.slice(0, 80)}'`;
  return reason === undefined ? `${shown} is not ${examples[kind]}` : `${shown} is ${reason}`;
}

/** What no other variable may hold. Not what is of a link alone, or of a network of one (/32), which several may serve. */
export function uniquePartOf(canonical: string, kind: AddressKind): string | undefined {
  if (!UNIQUE.has(kind)) return undefined;
  if (kind !== 'further address') return canonical;
  const { address = '', prefixBits, kind: family } = splitPrefix(canonical) ?? {};
  const ip6 = parseIpv6(address);
  const isOfLink = ip6 !== undefined && ip6 >> 118n === 0x3fan;
  return isOfLink || prefixBits === (family === 'IP address' ? 32 : 128) ? undefined : address;
}

type WithPrefix = {
  readonly address: string;
  readonly prefixBits: number;
  readonly kind: 'IP address' | 'IPv6 address';
};

function splitPrefix(word: string): WithPrefix | undefined {
  const [, address = '', bits = ''] = /^([^/]+)\/(\d{1,3})$/.exec(word) ?? [];
  const isIpv4 = parseIpv4(address) !== undefined;
  const isFit = (isIpv4 || parseIpv6(address) !== undefined) && Number(bits) <= (isIpv4 ? 32 : 128);
  return isFit ? { address, prefixBits: Number(bits), kind: isIpv4 ? 'IP address' : 'IPv6 address' } : undefined;
}

function describeFurther(further: WithPrefix | undefined): string | undefined {
  if (further === undefined) return undefined;
  const { address, prefixBits, kind } = further;
  const ip = parseIpv4(address);
  if (ip === undefined) return describeIpv6(parseIpv6(address) ?? 0n, kind);
  const hosts = 2 ** (32 - prefixBits);
  // A network of two machines, and one of one, have neither (RFC 3021).
  if (hosts > 2 && ip % hosts === 0) return 'the address of a network, and not of a machine in it';
  if (hosts > 2 && ip % hosts === hosts - 1) return 'the broadcast address of its network';
  return describeIpv4(ip, kind);
}

/** Where the others of several addresses belong. */
function describeSeveral(text: string, kind: AddressKind): string | undefined {
  const words = splitWords(text.replaceAll(',', ' '));
  if (words.length < 2 || words.some((word) => canonicalAddress(word, kind) === undefined)) return undefined;
  if (kind === 'name server') return 'more than one address: further ones are NAMESERVER2, NAMESERVER3';
  const further =
    kind === 'IP address' ? ': further ones are ADDRESSES, that of a further interface is NIC_<name>_IP' : '';
  return `more than one address${further}`;
}

/** Addresses that no card has of its own (IEEE 802: the lowest bit of the first octet is that of groups). */
function describeMac(mac: string): string | undefined {
  if (/^(?:ff:)+ff$/.test(mac)) return 'the address that all cards listen to';
  if (/^(?:00:)+00$/.test(mac)) return 'the address of cards that have none';
  const isGroup = mac.length === 17 && (Number.parseInt(mac.slice(0, 2), 16) & 1) === 1;
  return isGroup ? 'an address of groups (multicast), which no card has' : undefined;
}

/** @see RFC 6890, RFC 1112 §4 */
function describeIpv4(address: number, kind: AddressKind): string | undefined {
  const first = Math.floor(address / 2 ** 24);
  if (kind === 'network') return first < 224 && first !== 127 ? undefined : 'not the address of a network of machines';
  if (kind === 'broadcast' && address === 2 ** 32 - 1) return undefined;
  if (first === 0) return 'in 0.0.0.0/8, which no machine can have';
  // A machine may ask itself for names.
  if (first === 127 && kind !== 'name server') return 'in 127.0.0.0/8, which every machine has for itself';
  if (first >= 240) return 'in 240.0.0.0/4, which no machine can have';
  return first >= 224 ? 'an address of groups (multicast), which no machine has' : undefined;
}

/** @see RFC 4291 §2.4 */
function describeIpv6(address: bigint, kind: AddressKind): string | undefined {
  if (address === 0n) return 'the address of machines that have none';
  if (address === 1n && kind !== 'name server') return 'the address that every machine has for itself';
  if (address >> 120n === 0xffn) return 'an address of groups (multicast), which no machine has';
  return address >> 32n === 0xffffn ? 'an IPv4 address: write it into IP' : undefined;
}
