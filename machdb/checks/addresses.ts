import { faultAtLine } from '../faults.ts';
import { addressKindOf, addressWords, canonicalAddress, describeWrongAddress, uniquePartOf } from '../judge-address.ts';
import type { AddressKind } from '../judge-address.ts';
import { findPlace } from '../find-place.ts';
import type { MachdbObject } from '../types.ts';
import type { CreateInspection, InspectedMachine } from './inspection.ts';

/** Who has an address, and in which variable. */
type Use = { readonly object: MachdbObject; readonly variable: string };

/** What makes an interface that others lie below. */
const LAYERS = ['BOND', 'BRIDGE', 'VLAN'];

/** Such an interface may have the MAC address of one below it; whether it does, who reads the whole network sees. */
function isLayered({ values }: InspectedMachine, variable: string): boolean {
  const [, prefix] = /^(NIC_\w+_)MAC$/.exec(variable) ?? [];
  return prefix !== undefined && LAYERS.some((part) => (values.get(prefix + part) ?? '') !== '');
}

/** MAC and IP addresses and netmasks that are none, and addresses that are given twice (in whatever spelling). */
export const inspectAddresses: CreateInspection = (db, report) => {
  const kinds = new Map<string, AddressKind | undefined>();
  const uses = new Map<string, Use>();

  function inspect(machine: InspectedMachine, variable: string, value: string, kind: AddressKind): void {
    for (const word of addressWords(value, kind)) {
      const canonical = canonicalAddress(word, kind);
      if (canonical === undefined) {
        const place = machine.where(variable, word) ?? machine.object;
        report(faultAtLine(db, place, { message: `${variable}: ${describeWrongAddress(word, kind)}` }));
        // One word is enough to say what is wrong with a line.
        return;
      }
      const address = uniquePartOf(canonical, kind);
      if (address === undefined) continue;
      const other = uses.get(address);
      const isOwn = other?.object === machine.object && other.variable !== variable;
      if (isOwn && isLayered(machine, variable)) continue;
      if (other === undefined || (isOwn && isLayered(machine, other.variable))) {
        uses.set(address, { object: machine.object, variable });
      } else reportDuplicate(machine, variable, { address, kind, other });
    }
  }

  function reportDuplicate(
    machine: InspectedMachine,
    variable: string,
    { address, kind, other }: { address: string; kind: AddressKind; other: Use },
  ): void {
    const own = machine.own.assignments.findLast((assignment) => assignment.variable === variable);
    const what = kind === 'MAC address' ? kind : 'IP address';
    const place = findPlace(db, other.object, other) ?? other.object;
    const message =
      machine.object === other.object
        ? `${machine.name} has the ${what} ${address} twice`
        : `${machine.name} has the ${what} ${address} of ${other.object.name} (${place.file}:${place.line})`;
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
