import { isIPv4 } from 'node:net';
import type { Fault } from '../lib/errors.ts';
import { faultAtLine } from './faults.ts';
import { parseMac } from '../lib/mac.ts';
import { isMacVariable } from './query.ts';
import { splitWords } from './resolve.ts';
import type { Machdb, Machine } from './types.ts';

/** An address, canonical, and the variable that a machine has it in. */
type Use = { readonly address: string; readonly machine: Machine; readonly variable: string };

const OWN_IP = /^(IP|NIC_\w+_IP)$/;
const IP_SYNTAX = /^(IP|NETMASK|GATEWAY|NAMESERVER\d*|NIC_\w+_(IP|NETMASK|GATEWAY))$/;

/** MAC and IPv4 addresses that are none, and those that are given twice (MACs in whatever spelling). */
export function checkAddresses(db: Machdb, machines: readonly Machine[]): Fault[] {
  return [
    ...machines.flatMap((machine) => checkSyntax(db, machine)),
    ...findDuplicates(db, machines.flatMap(listMacs), 'MAC address'),
    ...findDuplicates(db, machines.flatMap(listIps), 'IP address'),
  ];
}

function checkSyntax(db: Machdb, machine: Machine): Fault[] {
  return Object.entries(machine.record).flatMap(([variable, value]) => {
    const message = describeSyntax(variable, value);
    const place = message === undefined ? undefined : machine.where(variable);
    return message === undefined || place === undefined ? [] : [faultAtLine(db, place, { message })];
  });
}

/** An empty value is no address and no fault: it takes back what a parent sets. */
function describeSyntax(variable: string, value: string): string | undefined {
  if (isMacVariable(variable)) {
    const wrong = splitWords(value).find((word) => parseMac(word) === undefined);
    if (wrong === undefined) return undefined;
    return `${variable}: '${wrong.slice(0, 80)}' is not a MAC address such as 52:54:00:77:00:01`;
  }
  if (!IP_SYNTAX.test(variable) || value === '' || isIPv4(value)) return undefined;
  return `${variable}: '${value.slice(0, 80)}' is not an IPv4 address such as 10.77.0.101`;
}

function listMacs(machine: Machine): Use[] {
  return Object.entries(machine.record)
    .filter(([variable]) => isMacVariable(variable))
    .flatMap(([variable, value]) => splitWords(value).map((word) => ({ address: parseMac(word), machine, variable })))
    .filter((use): use is Use & { address: NonNullable<typeof use.address> } => use.address !== undefined);
}

function listIps(machine: Machine): Use[] {
  return Object.entries(machine.record)
    .filter(([variable, value]) => OWN_IP.test(variable) && isIPv4(value))
    .map(([variable, address]) => ({ address, machine, variable }));
}

function findDuplicates(db: Machdb, uses: readonly Use[], kind: string): Fault[] {
  const first = new Map<string, Use>();
  return uses.flatMap((use) => {
    const other = first.get(use.address);
    if (other !== undefined) return [describeDuplicate(db, use, other, kind)];
    first.set(use.address, use);
    return [];
  });
}

function describeDuplicate(db: Machdb, use: Use, other: Use, kind: string): Fault {
  const object = db.objects.get(use.machine.name);
  const own = object?.assignments.findLast(({ variable }) => variable === use.variable);
  const place = own ?? object ?? { file: '', line: 0 };
  const otherPlace = other.machine.where(other.variable);
  const message =
    use.machine === other.machine
      ? `${use.machine.name} has the ${kind} ${use.address} twice`
      : `${use.machine.name} has the ${kind} ${use.address} of ${other.machine.name} (${otherPlace?.file}:${otherPlace?.line})`;
  const suggestion =
    own === undefined ? `${use.machine.name} inherits ${use.variable}: give it one of its own` : undefined;
  return faultAtLine(db, place, { message, ...(suggestion === undefined ? {} : { suggestion }) });
}
