// Faults as they are found. In: one after the other, many of them alike. Out: each once, in the order found.
// Never: keeps more than it was asked for; every machine may have a fault.
import type { Fault } from '../../lib/errors.ts';
import type { ReportOfMachine } from './exports.ts';
import type { Report } from './inspection.ts';

export type Collector = {
  readonly report: Report;
  /** The same of one machine of perhaps many; its name stands at the beginning or not at all. */
  readonly reportOfMachine: ReportOfMachine;
  /** How many errors were reported, those that were known included. */
  readonly countErrors: () => number;
  readonly list: () => Fault[];
  readonly countHidden: () => number;
};

type OfMachines = { readonly machine: string; readonly fault: Fault; others: number };

/**
 * Keeps each fault once: the first machine that has it speaks for all that inherit it. Of those beyond `most` only the
 * places are kept, to count them.
 */
export function createCollector(most: number): Collector {
  const counts = { error: 0, warning: 0 };
  const hidden = new Set<string>();
  const faults = new Map<string, Fault>();
  const ofMachines = new Map<string, OfMachines>();
  let errors = 0;

  function report(fault: Fault): void {
    if (fault.severity === 'error') errors += 1;
    const key = keyOf(fault);
    if (!faults.has(key) && hasRoom(key, fault)) faults.set(key, fault);
  }

  function reportOfMachine(machine: string, named: Fault): void {
    if (machine === '') return report(named);
    if (named.severity === 'error') errors += 1;
    const fault = withoutName(machine, named);
    const key = keyOf(fault);
    const known = ofMachines.get(key);
    if (known === undefined && hasRoom(key, fault)) ofMachines.set(key, { machine, fault, others: 0 });
    else if (known !== undefined && known.machine !== machine) known.others += 1;
  }

  function hasRoom(key: string, { severity }: Fault): boolean {
    counts[severity] += 1;
    if (counts[severity] <= most) return true;
    hidden.add(key);
    return false;
  }

  return {
    report,
    reportOfMachine,
    countErrors: () => errors,
    countHidden: () => hidden.size,
    list: () => [...faults.values(), ...ofMachines.values().map(inWords)],
  };
}

function keyOf({ where, line, message }: Fault): string {
  return `${where}:${line}: ${message}`;
}

function withoutName(machine: string, fault: Fault): Fault {
  const prefix = `${machine}: `;
  return fault.message.startsWith(prefix) ? { ...fault, message: fault.message.slice(prefix.length) } : fault;
}

function inWords({ machine, fault, others }: OfMachines): Fault {
  const who = others === 0 ? machine : `${machine} (and ${others} more)`;
  return { ...fault, message: `${who}: ${fault.message}` };
}
