// Is the description sound? In: a database and checks from outside. Out: every fault. Never: throws for a fault.
import type { Fault } from '../lib/errors.ts';
import { faultAtLine, sortFaults, withExcerpt } from './faults.ts';
import { checkAddresses } from './check-addresses.ts';
import { checkHostNames } from './check-host-names.ts';
import { machineNames } from './query.ts';
import { lastPlace, listContributions, splitWords, tryResolve } from './resolve.ts';
import type { Machdb, Machine, RecordCheck } from './types.ts';

/**
 * All that is wrong with the machines of a database: names, addresses, references, REQUIRED variables, secrets, and
 * what `checks` find in each record that resolves. A fault that many machines inherit is reported once.
 */
export function checkMachdb(db: Machdb, checks: readonly RecordCheck[]): Fault[] {
  const machines: Machine[] = [];
  const faults = machineNames(db).flatMap((name) => {
    const { values, faults: unresolved } = tryResolve(db, name);
    // `where` looks only when a fault needs it: few machines have one.
    const where = (variable: string) => lastPlace(listContributions(db, name), variable);
    const machine = { name, record: Object.fromEntries(values), where };
    machines.push(machine);
    if (unresolved.length > 0) return unresolved;
    return [
      ...checkRequired(db, machine),
      ...checks.flatMap((check) => check(machine)).map((fault) => withExcerpt(db, fault)),
    ];
  });
  const others = [...checkSecrets(db), ...checkHostNames(db, machines), ...checkAddresses(db, machines)];
  return sortFaults(db.sources.keys(), eachOnce([...faults, ...others]));
}

function checkRequired(db: Machdb, machine: Machine): Fault[] {
  const missing = splitWords(machine.record['REQUIRED'] ?? '').filter(
    (variable) => !Object.hasOwn(machine.record, variable),
  );
  const header = db.objects.get(machine.name);
  if (missing.length === 0 || header === undefined) return [];
  const asker = machine.where('REQUIRED');
  const message = `${machine.name} lacks ${missing.join(', ')}, required by ${asker?.file}:${asker?.line}`;
  return [faultAtLine(db, header, { message })];
}

function checkSecrets(db: Machdb): Fault[] {
  const assignments = [...db.objects.values()].flatMap((object) => object.assignments);
  return assignments
    .filter(({ variable }) => variable.endsWith('_SECRET'))
    .map((assignment) => {
      const message = `${assignment.variable}: this version cannot keep secrets yet, and would send this one in the clear`;
      const { text: _hidden, ...fault } = faultAtLine(db, assignment, {
        message,
        suggestion: 'remove the line, and change the secret',
      });
      return fault;
    });
}

function eachOnce(faults: readonly Fault[]): Fault[] {
  return [...new Map(faults.map((fault) => [`${fault.where}:${fault.line}: ${fault.message}`, fault])).values()];
}
