// Is the description sound? In: a database, and checks from outside. Out: every fault and warning.
// Never: throws because of a fault.
import type { Fault } from '../lib/errors.ts';
import { runAtOnce } from '../lib/slices.ts';
import type { Steps } from '../lib/slices.ts';
import { parseOwnLines } from './assignments.ts';
import { inspectAddresses } from './checks/addresses.ts';
import { inspectHostNames } from './checks/host-names.ts';
import type { InspectedMachine, Inspection, Report } from './checks/inspection.ts';
import { inspectNetworks } from './checks/networks.ts';
import { inspectOrderOfParents } from './checks/order-of-parents.ts';
import { inspectRemovals } from './checks/removals.ts';
import { inspectRequired } from './checks/required.ts';
import { inspectSecrets } from './checks/secrets.ts';
import { inspectUnused } from './checks/unused.ts';
import { sortFaults, withExcerpt } from './faults.ts';
import { findPlace } from './find-place.ts';
import { resolveObject } from './resolve.ts';
import type { Machdb, Machine, RecordCheck } from './types.ts';

export type CheckOptions = {
  /** Variables that every machine must have, besides those of its REQUIRED. */
  readonly require?: readonly string[];
  /** Whether to look for what is only strange, too; a server has no use for it. */
  readonly warnings?: boolean;
  /** How many faults, and how many warnings, are kept; all unless given. `onHidden` is told how many more there are. */
  readonly most?: number;
  readonly onHidden?: (count: number) => void;
  /** Shown every machine that resolves, so that an index need not resolve them again. */
  readonly onMachine?: (machine: Machine) => void;
};

const OBJECTS_PER_STEP = 10;

/**
 * All that is wrong or strange in a database whose structure is sound: lines, names, addresses, networks, references,
 * REQUIRED variables, secrets, and what `checks` find in each record that resolves. A fault that many machines inherit
 * is reported once.
 */
export function checkMachdb(db: Machdb, checks: readonly RecordCheck[], options: CheckOptions = {}): Fault[] {
  return runAtOnce(checkInSteps(db, checks, options));
}

/** As checkMachdb, in steps of about a millisecond. */
export function* checkInSteps(
  db: Machdb,
  checks: readonly RecordCheck[],
  { require = [], warnings = true, most = Infinity, onHidden, onMachine }: CheckOptions = {},
): Steps<Fault[]> {
  const { report, reportUnresolved, list, countHidden } = createCollector(most);
  const inspections = [
    inspectRequired(require),
    inspectSecrets,
    inspectHostNames,
    inspectAddresses,
    inspectNetworks,
    ...(warnings ? [inspectUnused, inspectRemovals, inspectOrderOfParents] : []),
  ].map((create) => create(db, report, { warnings }));
  let count = 0;
  for (const object of db.objects.values()) {
    const own = parseOwnLines(db, object);
    for (const fault of own.faults) report(fault);
    for (const inspection of inspections) inspection.object?.(object, own);
    if (object.isMachine) {
      const { values, faults, unresolved } = resolveObject(db, object, own);
      const machine = inspected({ db, object, own, values });
      // The other faults are of lines, its own or those of a parent, and said with the object that has them.
      for (const fault of unresolved) reportUnresolved(object.name, fault);
      // What is missing only because a line could not be read is not a fault of its own.
      if (faults.length === 0) inspectMachine(db, machine, { inspections, checks, report });
      onMachine?.(machine);
    }
    count += 1;
    if (count % OBJECTS_PER_STEP === 0) yield;
  }
  for (const inspection of inspections) {
    inspection.finish?.();
    yield;
  }
  onHidden?.(countHidden());
  return sortFaults(db.texts.keys(), list());
}

function inspected({ db, object, own, values }: Pick<InspectedMachine, 'object' | 'own' | 'values'> & { db: Machdb }) {
  // `where` looks only when a fault needs it: few machines have one.
  const where: Machine['where'] = (variable, word) => findPlace(db, object, { variable, word }, own);
  return { name: object.name, values, where, object, own };
}

function inspectMachine(
  db: Machdb,
  machine: InspectedMachine,
  {
    inspections,
    checks,
    report,
  }: { inspections: readonly Inspection[]; checks: readonly RecordCheck[]; report: Report },
): void {
  for (const inspection of inspections) inspection.machine?.(machine);
  for (const check of checks) for (const fault of check(machine)) report(withExcerpt(db, fault));
}

type Collector = {
  readonly report: Report;
  /** What one machine cannot resolve, without its name. */
  readonly reportUnresolved: (machine: string, fault: Fault) => void;
  readonly list: () => Fault[];
  readonly countHidden: () => number;
};

/**
 * Keeps each fault once: the first machine that has it speaks for all that inherit it. Of those beyond `most` only the
 * places are kept, to count them.
 */
function createCollector(most: number): Collector {
  const counts = { error: 0, warning: 0 };
  const hidden = new Set<string>();
  const faults = new Map<string, Fault>();
  const unresolved = new Map<string, { readonly machine: string; readonly fault: Fault; others: number }>();
  const keyOf = ({ where, line, message }: Fault): string => `${where}:${line}: ${message}`;

  function reportUnresolved(machine: string, fault: Fault): void {
    const key = keyOf(fault);
    const known = unresolved.get(key);
    if (known !== undefined) known.others += 1;
    else if (hasRoom(key, fault)) unresolved.set(key, { machine, fault, others: 0 });
  }

  function hasRoom(key: string, { severity }: Fault): boolean {
    counts[severity] += 1;
    if (counts[severity] <= most) return true;
    hidden.add(key);
    return false;
  }

  return {
    report: (fault) => {
      const key = keyOf(fault);
      if (!faults.has(key) && hasRoom(key, fault)) faults.set(key, fault);
    },
    countHidden: () => hidden.size,
    reportUnresolved,
    list: () => [
      ...faults.values(),
      ...unresolved.values().map(({ machine, fault, others }) => {
        const who = others === 0 ? machine : `${machine} (and ${others} more)`;
        return { ...fault, message: `${who}: ${fault.message}` };
      }),
    ],
  };
}
