import { formatIpv6, parseIpv6 } from '../../lib/ipv6.ts';
import { parseIpv4, prefixLength } from '../../lib/ipv4.ts';
import { parseMac } from '../../lib/mac.ts';
import { faultAtLine } from '../faults.ts';
import { isMacVariable } from '../query.ts';
import { lastPlace, listContributions, tryResolve } from '../resolve.ts';
import { splitWords } from '../values.ts';
import type { Machdb, MachdbObject, SourceLine } from '../types.ts';
import type { CreateInspection, InspectedMachine } from './inspection.ts';

/** What a variable must hold, going by its name. */
type Kind = 'MAC address' | 'IP address' | 'IPv6 address' | 'netmask' | 'address';

const examples: Readonly<Record<Kind, string>> = {
  'MAC address': 'a MAC address such as 52:54:00:77:00:01',
  'IP address': 'an IPv4 address such as 10.77.0.101',
  'IPv6 address': 'an IPv6 address such as 2001:db8::101',
  netmask: 'a netmask such as 255.255.255.0',
  address: 'an IPv4 address such as 10.77.0.101',
};

/** MAC and IP addresses and netmasks that are none, and addresses that are given twice (in whatever spelling). */
export const inspectAddresses: CreateInspection = (db, report) => {
  const kinds = new Map<string, Kind | undefined>();
  const uses = new Map<string, MachdbObject>();

  function inspect(machine: InspectedMachine, variable: string, value: string, kind: Kind): void {
    for (const word of wordsOf(value, kind)) {
      const canonical = canonicalAddress(word, kind);
      if (canonical === undefined) {
        const place = machine.where(variable) ?? machine.object;
        const message = `${variable}: '${word.slice(0, 80)}' is not ${examples[kind]}`;
        report(faultAtLine(db, place, { message }));
        // One word is enough to say what is wrong with a line.
        return;
      }
      if (kind === 'netmask' || kind === 'address') continue;
      const other = uses.get(canonical);
      if (other === undefined) uses.set(canonical, machine.object);
      else reportDuplicate(machine, variable, { address: canonical, kind, other });
    }
  }

  function reportDuplicate(
    machine: InspectedMachine,
    variable: string,
    { address, kind, other }: { address: string; kind: Kind; other: MachdbObject },
  ): void {
    const own = machine.own.assignments.findLast((assignment) => assignment.variable === variable);
    const otherPlace = placeOfAddress(db, other, address);
    const what = kind === 'IPv6 address' ? 'IP address' : kind;
    const message =
      machine.object === other
        ? `${machine.name} has the ${what} ${address} twice`
        : `${machine.name} has the ${what} ${address} of ${other.name} (${otherPlace.file}:${otherPlace.line})`;
    const suggestion = own === undefined ? `${machine.name} inherits ${variable}: give it one of its own` : undefined;
    report(faultAtLine(db, own ?? machine.object, { message, ...(suggestion === undefined ? {} : { suggestion }) }));
  }

  return {
    machine: (machine) => {
      for (const [variable, value] of machine.values) {
        let kind = kinds.get(variable);
        if (kind === undefined && !kinds.has(variable)) {
          kind = kindOf(variable);
          kinds.set(variable, kind);
        }
        if (kind !== undefined) inspect(machine, variable, value, kind);
      }
    },
  };
};

/** The line that gives an object an address. */
function placeOfAddress(db: Machdb, object: MachdbObject, address: string): SourceLine {
  const variable = tryResolve(db, object.name)
    .values.entries()
    .find(([name, value]) => {
      const kind = kindOf(name);
      return kind !== undefined && wordsOf(value, kind).some((word) => canonicalAddress(word, kind) === address);
    })?.[0];
  return lastPlace(listContributions(db, object.name), variable ?? '') ?? object;
}

function kindOf(variable: string): Kind | undefined {
  if (isMacVariable(variable)) return 'MAC address';
  if (/^(IP|NIC_\w+_IP)$/.test(variable)) return 'IP address';
  if (/^(IP6|NIC_\w+_IP6)$/.test(variable)) return 'IPv6 address';
  if (/^(NETMASK|NIC_\w+_NETMASK)$/.test(variable)) return 'netmask';
  return /^(NETWORK|BROADCAST|GATEWAY|NAMESERVER\d*|NIC_\w+_(NETWORK|BROADCAST|GATEWAY))$/.test(variable)
    ? 'address'
    : undefined;
}

/** An empty value is neither an address nor a fault: it takes back what a parent sets. */
function wordsOf(value: string, kind: Kind): readonly string[] {
  if (kind === 'MAC address' || kind === 'IPv6 address') return splitWords(value);
  return value === '' ? [] : [value];
}

/** Neither the one that all cards listen to nor the one of cards that have none. */
function cardAddress(word: string): string | undefined {
  const mac = parseMac(word);
  return mac === 'ff:ff:ff:ff:ff:ff' || mac === '00:00:00:00:00:00' ? undefined : mac;
}

function canonicalAddress(word: string, kind: Kind): string | undefined {
  if (kind === 'MAC address') return cardAddress(word);
  if (kind === 'IPv6 address') {
    const address = parseIpv6(word);
    return address === undefined ? undefined : formatIpv6(address);
  }
  if (kind === 'netmask') return prefixLength(word) === undefined ? undefined : word;
  return parseIpv4(word) === undefined ? undefined : word;
}
