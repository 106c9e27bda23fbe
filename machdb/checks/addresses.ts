import { faultAtLine } from '../faults.ts';
import { addressKindOf, canonicalAddress, describeWrongAddress } from '../judge-address.ts';
import type { AddressKind } from '../judge-address.ts';
import { lastPlace, listContributions, tryResolve } from '../resolve.ts';
import { splitWords } from '../values.ts';
import type { Machdb, MachdbObject, SourceLine } from '../types.ts';
import type { CreateInspection, InspectedMachine } from './inspection.ts';

/** MAC and IP addresses and netmasks that are none, and addresses that are given twice (in whatever spelling). */
export const inspectAddresses: CreateInspection = (db, report) => {
  const kinds = new Map<string, AddressKind | undefined>();
  const uses = new Map<string, MachdbObject>();

  function inspect(machine: InspectedMachine, variable: string, value: string, kind: AddressKind): void {
    for (const word of wordsOf(value, kind)) {
      const canonical = canonicalAddress(word, kind);
      if (canonical === undefined) {
        const place = machine.where(variable, word) ?? machine.object;
        report(faultAtLine(db, place, { message: `${variable}: ${describeWrongAddress(word, kind)}` }));
        // One word is enough to say what is wrong with a line.
        return;
      }
      if (!isUnique(kind)) continue;
      const other = uses.get(canonical);
      if (other === undefined) uses.set(canonical, machine.object);
      else reportDuplicate(machine, variable, { address: canonical, kind, other });
    }
  }

  function reportDuplicate(
    machine: InspectedMachine,
    variable: string,
    { address, kind, other }: { address: string; kind: AddressKind; other: MachdbObject },
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
          kind = addressKindOf(variable);
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
      const kind = addressKindOf(name);
      return kind !== undefined && wordsOf(value, kind).some((word) => canonicalAddress(word, kind) === address);
    })?.[0];
  return lastPlace(listContributions(db, object.name), variable ?? '') ?? object;
}

/** Others than these are those of many machines. */
function isUnique(kind: AddressKind): boolean {
  return kind === 'MAC address' || kind === 'IP address' || kind === 'IPv6 address';
}

/** An empty value is neither an address nor a fault: it takes back what a parent sets. */
function wordsOf(value: string, kind: AddressKind): readonly string[] {
  if (kind === 'MAC address' || kind === 'IPv6 address') return splitWords(value);
  return value === '' ? [] : [value];
}
