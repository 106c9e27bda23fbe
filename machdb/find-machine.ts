// Which machine has an address? In: a database and an address. Out: the name of the one machine that has it.
// Never: resolves the whole database; it looks for lines that may hold the address, and resolves only their objects.
import { UserError } from '../lib/errors.ts';
import { formatIpv4, parseIpv4 } from '../lib/ipv4.ts';
import { formatIpv6, parseIpv6 } from '../lib/ipv6.ts';
import { parseMac } from '../lib/mac.ts';
import type { Mac } from '../lib/mac.ts';
import { lineEnd } from './characters.ts';
import { ownerWithoutHeirs } from './headers.ts';
import { heirsOf } from './inheritance.ts';
import { readStatement } from './read-statement.ts';
import { parseStatement } from './parse-statement.ts';
import { tryResolve } from './resolve.ts';
import { splitWords } from './values.ts';
import { createScanned, scanAssignment } from './scan-assignment.ts';
import { isIpVariable, isMacVariable } from './query.ts';
import type { Machdb, MachdbObject } from './types.ts';

const MOST_OWNERS = 5;

const scanned = createScanned();

/** An address as a word of a value, in its one canonical spelling; undefined when the word is none. */
type Canonical = (word: string) => string | undefined;
type AddressKind = {
  readonly what: string;
  /** The variables that hold such addresses, as a regular expression. */
  readonly variables: string;
  /** What every spelling of an address fits, as a regular expression; other text may fit it as well. */
  readonly spellings: (address: string) => string;
  readonly isVariable: (variable: string) => boolean;
  readonly canonical: Canonical;
};

const kinds: Readonly<Record<'mac' | 'ip', AddressKind>> = {
  mac: {
    what: 'MAC address',
    variables: String.raw`MAC|NIC_\w+_MAC`,
    spellings: spellingsOfMac,
    isVariable: isMacVariable,
    canonical: parseMac,
  },
  ip: {
    what: 'IP address',
    variables: String.raw`IP6?|NIC_\w+_IP6?`,
    // An IPv4 address has one spelling, an IPv6 address many.
    spellings: (address) => (address.includes(':') ? ':' : RegExp.escape(address)),
    isVariable: isIpVariable,
    canonical: canonicalIp,
  },
};

/** An address to look for, `text` in its canonical spelling. */
export type Address = { readonly kind: 'mac' | 'ip'; readonly text: string };

/** @throws UserError (exit code 2) when the text is no such address */
export function parseAddress(kind: Address['kind'], text: string): Address {
  const canonical = kinds[kind].canonical(text);
  if (canonical !== undefined) return { kind, text: canonical };
  const article = kind === 'mac' ? 'a' : 'an';
  throw new UserError(`'${text}' is not ${article} ${kinds[kind].what}`, { exitCode: 2 });
}

/**
 * The machine with this MAC address, undefined when there is none.
 * @throws UserError when several machines have it: an installer must not pick one.
 */
export function findByMac(db: Machdb, mac: Mac): string | undefined {
  return findByAddress(db, { kind: 'mac', text: mac });
}

/**
 * The machine with this MAC address, or with this IPv4 or IPv6 address in `IP`, `IP6` or those of a further interface;
 * undefined when there is none.
 * @throws UserError when several machines have it: an installer must not pick one.
 */
export function findByAddress(db: Machdb, { kind, text }: Address): string | undefined {
  return findMachine(db, text, kinds[kind]);
}

/** `10.77.0.1` or the canonical spelling of an IPv6 address; undefined when the text is neither. */
export function canonicalIp(text: string): string | undefined {
  const v4 = parseIpv4(text);
  if (v4 !== undefined) return formatIpv4(v4);
  const v6 = parseIpv6(text);
  return v6 === undefined ? undefined : formatIpv6(v6);
}

function findMachine(db: Machdb, address: string, kind: AddressKind): string | undefined {
  const candidates = heirsOf(db, objectsThatMaySet(db, address, kind));
  const found = db.objects
    .values()
    .filter((object) => object.isMachine && candidates.has(object) && hasAddress(db, object, address, kind))
    .map(({ name }) => name)
    .toArray();
  if (found.length <= 1) return found[0];
  throw new UserError(`several machines have the ${kind.what} ${address}: ${found.join(', ')}`, {
    exitCode: 2,
    hint: 'machdb check',
  });
}

/** A machine whose other variables do not resolve has its address all the same: it must not look unknown. */
function hasAddress(db: Machdb, object: MachdbObject, address: string, kind: AddressKind): boolean {
  return tryResolve(db, object.name)
    .values.entries()
    .some(
      ([variable, value]) =>
        kind.isVariable(variable) && splitWords(value).some((word) => kind.canonical(word) === address),
    );
}

function objectsThatMaySet(db: Machdb, address: string, kind: AddressKind): MachdbObject[] {
  const lines = Map.groupBy(linesThatMaySet(db.texts, address, kind), ({ file }) => file);
  return db.objects
    .values()
    .filter(({ file, span }) => {
      const inFile = lines.get(file) ?? [];
      const at = inFile[firstFrom(inFile, span.start)]?.at;
      return at !== undefined && at < span.end;
    })
    .toArray();
}

/** The index of the first line at or behind an offset, by halves: every machine may have a line with a reference. */
function firstFrom(lines: readonly { readonly at: number }[], offset: number): number {
  let [first, end] = [0, lines.length];
  while (first < end) {
    const middle = (first + end) >> 1;
    if ((lines[middle]?.at ?? 0) < offset) first = middle + 1;
    else end = middle;
  }
  return first;
}

/** The objects that may have an address, when they are the only machines that can; undefined when others may. */
export function ownersOf(texts: ReadonlyMap<string, string>, address: Address): string[] | undefined {
  const lines = linesThatMaySet(texts, address.text, kinds[address.kind]);
  // Each takes a search through all texts; where every machine has a reference, the outline is sooner there.
  if (lines.length > MOST_OWNERS) return undefined;
  const owners = lines.map((line) => ownerWithoutHeirs(texts, line));
  return owners.every((name) => name !== undefined) ? owners : undefined;
}

/** Where in the texts a line begins that gives this address, or may do so once its references are replaced. */
function linesThatMaySet(
  texts: ReadonlyMap<string, string>,
  address: string,
  kind: AddressKind,
): { file: string; at: number }[] {
  const lines = [];
  // One pass over millions of lines; what is found is looked at exactly. A reference or another line may give anything.
  const value = String.raw`[^\n]*(?:${kind.spellings(address)}|\$\{|\\)`;
  const pattern = new RegExp(String.raw`^[ \t]*(?:${kind.variables})(?=[ \t+=\\])(?=${value})`, 'gim');
  for (const [file, text] of texts) {
    for (const { index } of text.matchAll(pattern)) {
      if (maySet(text, index, address, kind)) lines.push({ file, at: index });
    }
  }
  return lines;
}

/** `52:54:00:77:00:0a` → what `52-54-0-77-0-A` and `5254.0077.000a` fit, too. */
function spellingsOfMac(address: string): string {
  const octets = address
    .split(':')
    .map(([high = '', low = '']) => (high === '0' ? `0?\\.*${low}` : `${high}\\.*${low}`));
  return octets.join('[.:-]*');
}

function maySet(text: string, start: number, address: string, { canonical }: AddressKind): boolean {
  const value = valueAt(text, start);
  return value.includes('${') || splitWords(value).some((word) => canonical(word) === address);
}

/** The value that the line at an offset sets or adds; empty when it does neither. */
function valueAt(text: string, start: number): string {
  if (scanAssignment(text, start, lineEnd(text, start), scanned) === 'assignment') {
    return scanned.operator === '-=' ? '' : text.slice(scanned.valueStart, scanned.valueEnd);
  }
  const { parsed } = parseStatement(readStatement(text, start, 1).statement);
  return parsed.kind === 'assignment' && parsed.operator !== '-=' ? parsed.value : '';
}
