// Is the description sound? In: a database, and checks from outside. Out: every fault and warning.
// Never: throws because of a fault.
import type { Fault } from '../lib/errors.ts';
import { runAtOnce } from '../lib/slices.ts';
import type { Steps } from '../lib/slices.ts';
import { parseOwnLines } from './assignments.ts';
import { inspectAddresses } from './checks/addresses.ts';
import { inspectDisks } from './checks/disks.ts';
import { inspectExports } from './checks/exports.ts';
import { inspectHostNames } from './checks/host-names.ts';
import type { InspectedMachine, Inspection, Report } from './checks/inspection.ts';
import { inspectNetworks } from './checks/networks.ts';
import { inspectOrderOfParents } from './checks/order-of-parents.ts';
import { inspectRemovals } from './checks/removals.ts';
import { inspectRequired } from './checks/required.ts';
import { inspectSecrets } from './checks/secrets.ts';
import { inspectUnused } from './checks/unused.ts';
import { inspectVariables } from './checks/variables.ts';
import { describeNames } from './exports/host-names.ts';
import type { DescribedNames } from './exports/host-names.ts';
import { sortFaults, withExcerpt } from './faults.ts';
import { createCollector } from './checks/collect-faults.ts';
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
  /** Whether to look for what only an export would refuse, too; a server has no use for that either. */
  readonly exports?: boolean;
  /** Variables that templates and settings of the site use; without them no variable is called unused. */
  readonly usedVariables?: Iterable<string>;
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
  {
    require = [],
    warnings = true,
    exports = true,
    most = Infinity,
    usedVariables,
    onHidden,
    onMachine,
  }: CheckOptions = {},
): Steps<Fault[]> {
  const { report, reportOfMachine, countErrors, list, countHidden } = createCollector(most);
  const inspections = [
    inspectRequired(require),
    inspectSecrets,
    inspectHostNames,
    inspectAddresses,
    inspectNetworks,
    inspectDisks,
    inspectVariables(usedVariables),
    ...(warnings ? [inspectUnused, inspectRemovals, inspectOrderOfParents] : []),
  ].map((create) => create(db, report, { warnings }));
  const inExports = exports ? inspectExports(db, reportOfMachine) : {};
  let count = 0;
  for (const object of db.objects.values()) {
    const own = parseOwnLines(db, object);
    for (const fault of own.faults) report(fault);
    for (const inspection of inspections) inspection.object?.(object, own);
    if (object.isMachine) {
      const { values, faults, unresolved } = resolveObject(db, object, own);
      const machine = inspected({ db, object, own, values });
      // The other faults are of lines, its own or those of a parent, and said with the object that has them.
      for (const fault of unresolved) reportOfMachine(object.name, fault);
      // What is missing only because a line could not be read is not a fault of its own.
      const before = countErrors();
      if (faults.length === 0) inspectMachine(db, machine, { inspections, checks, report });
      // What else is wrong with it is said already, in other words.
      if (faults.length === 0 && countErrors() === before) inExports.machine?.(machine);
      onMachine?.(machine);
    }
    count += 1;
    if (count % OBJECTS_PER_STEP === 0) yield;
  }
  for (const inspection of [...inspections, inExports]) {
    inspection.finish?.();
    yield;
  }
  onHidden?.(countHidden());
  return sortFaults(db.texts.keys(), list());
}

function inspected({ db, object, own, values }: Pick<InspectedMachine, 'object' | 'own' | 'values'> & { db: Machdb }) {
  // `where` looks only when a fault needs it: few machines have one.
  const where: Machine['where'] = (variable, word) => findPlace(db, object, { variable, word }, own);
  let described: DescribedNames | undefined;
  const names = (): DescribedNames => (described ??= describeNames({ name: object.name, values }));
  return { name: object.name, values, where, object, own, names };
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
